import ArgumentParser
import BigEggs
import MessagePassing

/// Options for several processes started by a launcher, for every command whose work they can share.
struct TeamOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Under mpirun: normalize by the statistics of each process's images instead of the whole batch's. This "
                + "needs fewer messages and gives another result."))
    var localStatistics = false

    @Option(
        help: ArgumentHelp(
            "Divide every batch into this many fixed parts, a power of two. Every number of processes that divides it "
                + "then gives the same bits.", valueName: "parts"))
    var exact: Int?

    @Option(help: ArgumentHelp("Under mpirun: the seconds to wait for another process.", valueName: "s"))
    var timeout = 300.0

    func validate() throws {
        guard timeout > 0, timeout.isFinite else {
            throw ValidationError("--timeout must be more than 0, and not \(timeout)")
        }
        if let exact, !(1...1024).contains(exact) || exact.nonzeroBitCount != 1 {
            throw ValidationError("--exact must be a power of two from 1 to 1024, and not \(exact)")
        }
        if exact != nil, localStatistics {
            throw ValidationError("--exact and --local-statistics exclude each other: give one")
        }
    }

    /// The processes of the launcher; without a launcher, this process alone.
    ///
    /// - Throws: `MessagePassingError`.
    func communicator() throws -> Communicator {
        let world = try Communicator.world
        world.timeout = timeout
        return world
    }

    /// Applies the options to a model that has not run yet.
    func configure(_ model: Model) throws { try model.use(fixedParts: exact) }

    /// The options as arguments.
    var arguments: [String] {
        ["--timeout", "\(timeout)"] + (localStatistics ? ["--local-statistics"] : [])
            + (exact.map { ["--exact", "\($0)"] } ?? [])
    }

    /// The text about several processes in the help of a command.
    static let help = """
        mpirun -np 4 bigeggs … divides the work among four processes, on one machine or several. Each computes a part \
        of every batch; --batch-size is the size of the whole batch. The result is that of one process except for \
        rounding; with --exact 8 it is the same in 1, 2, 4 and 8 processes, bit for bit. Only the first process prints \
        and saves. `make mpi` compiles the library that this needs. To end such a training after its step, with a \
        checkpoint, send SIGUSR1 to mpirun: at Ctrl-C, Open MPI kills the processes after one second.
        """
}

/// The option for a launcher, for a command that starts the programs that train.
struct LauncherOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The command that starts the sections that train: \"mpirun -np 4\" trains in four processes.",
            valueName: "command"))
    var launcher: String?

    /// If mpirun has started this command, warns that mpirun has no effect on it.
    func validate() {
        guard Launcher.current != nil else { return }
        StandardError.write(
            "this command runs in one process; to train in several, give --launcher \"mpirun -np 4\" instead\n"
        )
    }
}

/// A command whose work several processes can share. Other commands run in the first process only.
protocol TeamCommand: ParsableCommand {}
