public import MessagePassing

/// The processes that a launcher started together and that share the work of `fit`, `evaluate` and `predict`.
public typealias Communicator = MessagePassing.Communicator
