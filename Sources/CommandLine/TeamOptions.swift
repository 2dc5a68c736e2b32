import ArgumentParser
import BigEggs
import MessagePassing

/// How processes that a launcher has started work together, for every command that they can share.
struct TeamOptions: ParsableArguments {
    @Flag(
        help: ArgumentHelp(
            "Under mpirun: normalize by the statistics of each process's images, and not of the whole batch. Fewer "
                + "messages, and another result."))
    var localStatistics = false

    @Option(help: ArgumentHelp("Under mpirun: how many seconds to wait for another process.", valueName: "s"))
    var timeout = 300.0

    func validate() throws {
        guard timeout > 0, timeout.isFinite else {
            throw ValidationError("--timeout must be more than 0, and not \(timeout)")
        }
    }

    /// The processes of the launcher; this one alone without one.
    ///
    /// - Throws: `MessagePassingError`.
    func communicator() throws -> Communicator {
        let world = try Communicator.world
        world.timeout = timeout
        return world
    }

    /// The options as arguments.
    var arguments: [String] { ["--timeout", "\(timeout)"] + (localStatistics ? ["--local-statistics"] : []) }

    /// What the help of a command says of it.
    static let help = """
        mpirun -np 4 bigeggs … shares the work among four processes, on one machine or on several: each computes a part of \
        every batch, --batch-size is that of the whole batch, and the result is that of one process but for roundings. \
        The first process alone prints and saves. `make mpi` compiles what this takes. To end such a training after its \
        step, saved, send mpirun a SIGUSR1: at Ctrl-C, Open MPI gives the processes a second.
        """
}

/// What starts several processes, for a command that starts the programs that train.
struct LauncherOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What starts the sections that train: \"mpirun -np 4\" has four processes share each training.",
            valueName: "command"))
    var launcher: String?

    /// Says to whoever has put mpirun in front that it does nothing there.
    func validate() {
        guard Launcher.current != nil else { return }
        StandardError.write(
            "one process does this; to train with several, name what starts them: --launcher \"mpirun -np 4\"\n"
        )
    }
}

/// A command whose work processes can share. Of any other the first process does all.
protocol TeamCommand: ParsableCommand {}
