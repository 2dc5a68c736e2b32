public import MessagePassing

/// The processes that a launcher has started together, which `fit` and `evaluate` may share their work among.
public typealias Communicator = MessagePassing.Communicator
