import Glibc

/// The launcher (mpirun, mpiexec, srun) that started this process, read from the environment.
public struct Launcher: Sendable, Equatable {
    /// This process's number, and the number of processes.
    public let rank, size: Int
    /// How many of the processes run on this machine.
    public let processesHere: Int

    /// For each launcher, the variables with the rank, the size and the number of processes on the machine.
    private static let variables = [
        // Open MPI.
        ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"),
        // MPICH, Intel MPI.
        ("PMI_RANK", "PMI_SIZE", "MPI_LOCALNRANKS"),
        // Slurm's srun with PMIx. The last variable may be "2(x3)": two processes on each of three machines.
        ("PMIX_RANK", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE"),
    ]

    /// The launcher of this process; nil without one, or if it started only this process.
    public static var current: Launcher? { Launcher { name in getenv(name).map { String(cString: $0) } } }

    /// The beginning of a command that starts the same number of processes; empty without a launcher.
    public static var words: [String] { current.map { ["mpirun", "-np", "\($0.size)"] } ?? [] }

    /// Removes the launcher's variables from the environment of this process and of the processes that it starts.
    public static func forget() {
        for (rank, size, here) in variables { for name in [rank, size, here] { unsetenv(name) } }
    }

    package init?(_ environment: (String) -> String?) {
        func number(_ name: String) -> Int? {
            environment(name).flatMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
        }
        for (rank, size, here) in Launcher.variables {
            guard let rank = number(rank), let size = number(size), size > 1, 0..<size ~= rank else {
                continue
            }
            self.rank = rank
            self.size = size
            processesHere = max(1, min(size, number(here) ?? 1))
            return
        }
        return nil
    }

    /// Whether another process prints, saves and draws for this one.
    public static var isFollower: Bool { (current?.rank ?? 0) > 0 }
}
