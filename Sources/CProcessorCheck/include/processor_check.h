// The library is compiled for the processor of the build. When the library is loaded, processor_check.c checks that the
// current processor has the features of the build, and ends the process with a message if not. Without the check the
// process would later hit an illegal instruction.
