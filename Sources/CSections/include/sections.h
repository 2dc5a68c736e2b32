#pragma once

/// The names of the report's sections in its order, with spaces between them, as Package.swift has them.
const char *_Nonnull be_sections(void);
