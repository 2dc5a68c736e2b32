#ifndef BIGEGGS_H
#define BIGEGGS_H
#include <stdint.h>
int32_t be_abi_version(void);
#endif
