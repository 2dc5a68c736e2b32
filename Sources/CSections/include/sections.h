#pragma once

/// The names of the report's sections in order, separated by spaces, as Package.swift lists them.
const char *_Nonnull be_sections(void);
