import Foundation

/// What the environment has a say in, and what it has none in: the list from which the code takes it.
///
/// Figures, report and decoded pictures are the same whatever it holds: what Python and the libraries under it would
/// read is set aside before Python starts.
public struct EnvironmentVariable: Sendable {
    /// What becomes of a variable.
    public enum Treatment: Sendable {
        /// It is for people to set, and read where it says.
        case honoured
        /// Programs of ours, and the build and the tests, tell each other by it.
        case ours
        /// Other code would read it: ``setAside()`` takes it away.
        case setAside
        /// Neither ours nor other code in our programs reads it.
        case unread
    }

    /// The name, or with a star at its end the beginning of several.
    public let name: String
    public let treatment: Treatment
    /// What it does, or what it would do.
    public let reason: String

    private init(_ name: String, _ treatment: Treatment, _ reason: String) {
        self.name = name
        self.treatment = treatment
        self.reason = reason
    }

    /// Every variable that matters.
    public static let all = [
        EnvironmentVariable("BIGEGGS_DATA", .honoured, "the data set, where no --data names one"),
        EnvironmentVariable("BIGEGGS_OFFLINE", .honoured, "with a value, nothing is downloaded"),
        EnvironmentVariable("BIGEGGS_LIBRARY", .honoured, "the library that the Python package loads"),
        EnvironmentVariable("BIGEGGS_LEVEL", .honoured, "v3 or v4: which library of the wheel's is loaded"),
        EnvironmentVariable("XDG_CACHE_HOME", .honoured, "where downloads and decoded pictures are kept"),
        EnvironmentVariable("HOME", .honoured, "~/.cache is that place where XDG_CACHE_HOME is not set"),
        EnvironmentVariable("OMP_NUM_THREADS", .honoured, "the default of --threads"),
        EnvironmentVariable("OMP_*", .honoured, "the number of threads is what libgomp gives"),
        EnvironmentVariable("GOMP_*", .honoured, "how libgomp's threads wait and where they run"),
        EnvironmentVariable("ONEDNN_*", .honoured, "which instructions oneDNN uses, what it prints"),
        EnvironmentVariable("DNNL_*", .honoured, "the same under its earlier name"),
        EnvironmentVariable("BIGEGGS_MPI", .honoured, "what `make mpi` compiled, if it lies elsewhere"),
        EnvironmentVariable("OMPI_*", .honoured, "Open MPI: which process this is, and its settings"),
        EnvironmentVariable("PMI_*", .honoured, "the same of MPICH's mpirun"),
        EnvironmentVariable("PMIX_RANK", .honoured, "which process of Slurm's srun this is"),
        EnvironmentVariable("SLURM_*", .honoured, "how many processes srun started, and how many here"),
        EnvironmentVariable("MPI_LOCALNRANKS", .honoured, "how many processes MPICH's mpirun started here"),
        EnvironmentVariable("http_proxy", .honoured, "a proxy for the download"),
        EnvironmentVariable("https_proxy", .honoured, "a proxy for the download"),
        EnvironmentVariable("all_proxy", .honoured, "a proxy for the download"),
        EnvironmentVariable("no_proxy", .honoured, "where no proxy is asked"),
        EnvironmentVariable("PATH", .honoured, "where swift is, which compiles changed sections"),
        EnvironmentVariable("TMPDIR", .honoured, "for matplotlib where the cache cannot be written"),
        EnvironmentVariable("TZ", .honoured, "the time of day that is shown; never in figures or report"),
        EnvironmentVariable("COLUMNS", .honoured, "the width of the help"),
        EnvironmentVariable("SWIFT_BACKTRACE", .honoured, "Swift's report of a crash"),
        EnvironmentVariable("BIGEGGS_PARENT", .ours, "the process that started this one and ends with it"),
        EnvironmentVariable(
            "BIGEGGS_DOCS", .ours, "the build fetches the tool that writes the documentation"),
        EnvironmentVariable("BIGEGGS_MARCH", .ours, "the processor that the build is for"),
        EnvironmentVariable("BIGEGGS_CC", .ours, "the C compiler of the tests"),
        EnvironmentVariable("BIGEGGS_MPIRUN", .ours, "the launcher of the tests"),
        EnvironmentVariable("BIGEGGS_PACKAGE", .ours, "a test compiles a package that depends on this one"),
        EnvironmentVariable("BIGEGGS_SANITIZER", .ours, "the sanitizer of the tests"),
        EnvironmentVariable("BIGEGGS_SANITIZED", .ours, "the library compiled with it"),
        EnvironmentVariable("BIGEGGS_TENSORBOARD_PYTHON", .ours, "a Python with TensorBoard, for the tests"),
        EnvironmentVariable("PYTHON*", .setAside, "another Python, other modules, another encoding"),
        EnvironmentVariable("__PYVENV_LAUNCHER__", .setAside, "the place of another Python"),
        EnvironmentVariable("MPL*", .setAside, "matplotlib's backend and directory; a window system"),
        EnvironmentVariable("MATPLOTLIBRC", .setAside, "matplotlib's settings"),
        EnvironmentVariable("SOURCE_DATE_EPOCH", .setAside, "a date in each figure, which has none"),
        EnvironmentVariable("FREETYPE_PROPERTIES", .setAside, "how letters are fitted to pixels"),
        EnvironmentVariable("FONTCONFIG_*", .setAside, "which fonts there are; ours come with matplotlib"),
        EnvironmentVariable("FC_*", .setAside, "what fontconfig prints"),
        EnvironmentVariable("NPY_*", .setAside, "which instructions NumPy uses, on which sums depend"),
        EnvironmentVariable("NUMPY_*", .setAside, "where NumPy's memory comes from"),
        EnvironmentVariable("OPENBLAS_*", .setAside, "the kernels of NumPy's products"),
        EnvironmentVariable("PILLOW_*", .setAside, "how Pillow's memory is divided"),
        EnvironmentVariable("JPEGMEM", .setAside, "how much memory a JPEG may take"),
        EnvironmentVariable("JSIMD_*", .setAside, "which instructions libjpeg uses"),
        EnvironmentVariable(
            "LANG", .setAside, "a language and an encoding; all that is written is English in UTF-8"),
        EnvironmentVariable("LANGUAGE", .setAside, "a language"),
        EnvironmentVariable("LC_*", .setAside, "a language and an encoding"),
        EnvironmentVariable("NO_COLOR", .unread, "nothing is coloured"),
        EnvironmentVariable("TERM", .unread, "of a terminal's signs only the carriage return is used"),
    ]

    /// Whether this is the entry of a variable.
    func covers(_ variable: String) -> Bool {
        name.hasSuffix("*") ? variable.hasPrefix(name.dropLast()) : variable == name
    }

    /// The entry of a variable, if it has one.
    public static func of(_ variable: String) -> EnvironmentVariable? {
        all.first { $0.covers(variable) }
    }

    /// Takes from this process's environment what is to be set aside. Children get it no more either.
    static func setAside() {
        for variable in ProcessInfo.processInfo.environment.keys where of(variable)?.treatment == .setAside {
            unsetenv(variable)
        }
    }
}
