import Foundation

/// An environment variable, and how our programs treat it.
///
/// Figures, report and decoded pictures do not depend on the environment: variables that Python and its libraries would
/// read are removed before Python starts.
public struct EnvironmentVariable: Sendable {
    /// How a variable is treated.
    public enum Treatment: Sendable {
        /// Users may set it, for the purpose in ``reason``.
        case honoured
        /// Our programs, the build and the tests set it for each other.
        case ours
        /// Libraries would read it: ``setAside()`` removes it.
        case setAside
        /// No code in our programs reads it.
        case unread
    }

    /// The name, or a prefix of names followed by a star.
    public let name: String
    public let treatment: Treatment
    /// What the variable does, or would do.
    public let reason: String

    private init(_ name: String, _ treatment: Treatment, _ reason: String) {
        self.name = name
        self.treatment = treatment
        self.reason = reason
    }

    /// All variables with a known effect, or that users may expect to have one.
    public static let all = [
        EnvironmentVariable("BIGEGGS_DATA", .honoured, "the data set, if --data does not name one"),
        EnvironmentVariable("BIGEGGS_OFFLINE", .honoured, "if not empty, nothing is downloaded"),
        EnvironmentVariable("BIGEGGS_LIBRARY", .honoured, "the library that the Python package loads"),
        EnvironmentVariable("BIGEGGS_LEVEL", .honoured, "v3 or v4: which library of the wheel is loaded"),
        EnvironmentVariable("XDG_CACHE_HOME", .honoured, "the cache: downloads and decoded pictures"),
        EnvironmentVariable("HOME", .honoured, "~/.cache is used if XDG_CACHE_HOME is not set"),
        EnvironmentVariable("OMP_NUM_THREADS", .honoured, "the default of --threads"),
        EnvironmentVariable("OMP_*", .honoured, "OpenMP's settings, such as the number of threads"),
        EnvironmentVariable("GOMP_*", .honoured, "how libgomp's threads wait and where they run"),
        EnvironmentVariable("ONEDNN_*", .honoured, "which instructions oneDNN uses, and what it prints"),
        EnvironmentVariable("DNNL_*", .honoured, "earlier names of the ONEDNN_* variables"),
        EnvironmentVariable("BIGEGGS_MPI", .honoured, "the path of libbigeggs_mpi.so, from `make mpi`"),
        EnvironmentVariable("OMPI_*", .honoured, "Open MPI's settings, and which process this is"),
        EnvironmentVariable("PMI_*", .honoured, "which process of MPICH's mpirun this is"),
        EnvironmentVariable("PMIX_RANK", .honoured, "which process of Slurm's srun this is"),
        EnvironmentVariable("SLURM_*", .honoured, "how many processes srun started, in all and here"),
        EnvironmentVariable("MPI_LOCALNRANKS", .honoured, "how many processes MPICH's mpirun started here"),
        EnvironmentVariable("http_proxy", .honoured, "a proxy for the download"),
        EnvironmentVariable("https_proxy", .honoured, "a proxy for the download"),
        EnvironmentVariable("all_proxy", .honoured, "a proxy for the download"),
        EnvironmentVariable("no_proxy", .honoured, "hosts for which no proxy is used"),
        EnvironmentVariable("PATH", .honoured, "where to find swift, which compiles changed sections"),
        EnvironmentVariable("TMPDIR", .honoured, "for matplotlib if the cache cannot be written"),
        EnvironmentVariable("TZ", .honoured, "the time zone of times in the terminal"),
        EnvironmentVariable("COLUMNS", .honoured, "the width of the help"),
        EnvironmentVariable("SWIFT_BACKTRACE", .honoured, "Swift's report of a crash"),
        EnvironmentVariable("BIGEGGS_PARENT", .ours, "the parent process; this one ends with it"),
        EnvironmentVariable(
            "BIGEGGS_DOCS", .ours, "the build fetches the tool that writes the documentation"),
        EnvironmentVariable("BIGEGGS_MARCH", .ours, "the processor that the build is for"),
        EnvironmentVariable("BIGEGGS_CC", .ours, "the C compiler of the tests"),
        EnvironmentVariable("BIGEGGS_MPIRUN", .ours, "the launcher of the tests"),
        EnvironmentVariable("BIGEGGS_PACKAGE", .ours, "a test compiles a package that depends on this one"),
        EnvironmentVariable("BIGEGGS_SANITIZED", .ours, "the library compiled with AddressSanitizer"),
        EnvironmentVariable("BIGEGGS_TENSORBOARD_PYTHON", .ours, "a Python with TensorBoard, for the tests"),
        EnvironmentVariable("PYTHON*", .setAside, "another Python, other modules, another encoding"),
        EnvironmentVariable("__PYVENV_LAUNCHER__", .setAside, "the place of another Python"),
        EnvironmentVariable("MPL*", .setAside, "matplotlib's backend and directory"),
        EnvironmentVariable("MATPLOTLIBRC", .setAside, "matplotlib's settings"),
        EnvironmentVariable("SOURCE_DATE_EPOCH", .setAside, "would put a date into figures"),
        EnvironmentVariable("FREETYPE_PROPERTIES", .setAside, "how letters are rendered"),
        EnvironmentVariable("FONTCONFIG_*", .setAside, "which fonts exist; ours come with matplotlib"),
        EnvironmentVariable("FC_*", .setAside, "what fontconfig prints"),
        EnvironmentVariable("NPY_*", .setAside, "which instructions NumPy uses; sums depend on them"),
        EnvironmentVariable("NUMPY_*", .setAside, "where NumPy's memory comes from"),
        EnvironmentVariable("OPENBLAS_*", .setAside, "the kernels of NumPy's products"),
        EnvironmentVariable("PILLOW_*", .setAside, "how Pillow allocates memory"),
        EnvironmentVariable("JPEGMEM", .setAside, "how much memory a JPEG may take"),
        EnvironmentVariable("JSIMD_*", .setAside, "which instructions libjpeg uses"),
        EnvironmentVariable(
            "LANG", .setAside, "a language and an encoding; all output is English in UTF-8"),
        EnvironmentVariable("LANGUAGE", .setAside, "a language"),
        EnvironmentVariable("LC_*", .setAside, "a language and an encoding"),
        EnvironmentVariable("NO_COLOR", .unread, "nothing is coloured"),
        EnvironmentVariable("TERM", .unread, "only the carriage return and \"erase line\" are used"),
    ]

    /// Whether this entry describes `variable`.
    func covers(_ variable: String) -> Bool {
        name.hasSuffix("*") ? variable.hasPrefix(name.dropLast()) : variable == name
    }

    /// The entry of a variable, if it has one.
    public static func of(_ variable: String) -> EnvironmentVariable? {
        all.first { $0.covers(variable) }
    }

    /// Removes the variables of ``Treatment/setAside`` from the environment of this process and of the
    /// processes that it starts.
    static func setAside() {
        for variable in ProcessInfo.processInfo.environment.keys where of(variable)?.treatment == .setAside {
            unsetenv(variable)
        }
    }
}
