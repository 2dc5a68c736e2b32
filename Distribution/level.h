#pragma once

/// Returns the highest x86-64 level that this processor and its kernel support, 1 to 4: 3 has AVX2, 4 has AVX-512.
///
/// The levels are those of the x86-64 psABI, section 3.1.1.
int be_level(void);
