// oneDNN's C interface as in 3.x, for any installed version from 2.6 on.
//
// Swift cannot see the version macro, so the differences are handled here.
#pragma once

#if !__has_include(<oneapi/dnnl/dnnl.h>)
#pragma GCC error "oneDNN is missing: run ./install-requirements, or install the package libdnnl-dev"
#else
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_config.h>
#include <oneapi/dnnl/dnnl_debug.h>
#include <oneapi/dnnl/dnnl_version.h>

#define BE_TEXT_OF(value) #value
#define BE_TEXT(value) BE_TEXT_OF(value)
#define BE_FOUND "oneDNN " BE_TEXT(DNNL_VERSION_MAJOR) "." BE_TEXT(DNNL_VERSION_MINOR)

#if DNNL_VERSION_MAJOR < 2 || (DNNL_VERSION_MAJOR == 2 && DNNL_VERSION_MINOR < 6)
#pragma GCC error BE_FOUND " is too old: install 2.6 or later, Debian's package libdnnl-dev of 12 or later"
#elif DNNL_CPU_RUNTIME != DNNL_RUNTIME_OMP
#pragma GCC error BE_FOUND " was not built for OpenMP: install one that is, such as Debian's package libdnnl-dev"
#elif DNNL_VERSION_MAJOR == 2
#include "V2.h"
#else
#include "V3.h"
#endif

#endif
