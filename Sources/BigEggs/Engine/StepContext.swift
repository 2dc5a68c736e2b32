/// What a node may want to know of the step that it takes part in.
struct StepContext {
    /// Steps since the training began: dropout's masks depend on it.
    var step: Int
    var training: Bool
}
