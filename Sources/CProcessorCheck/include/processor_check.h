// The library is compiled for the processor that builds it. Before it is used, this looks whether the
// processor at hand has what the build used, and ends the process with a message if it has not: the
// alternative is an illegal instruction somewhere later.
