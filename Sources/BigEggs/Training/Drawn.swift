/// The random draws that a model's trainings have used; the next training continues after them.
struct Drawn: Codable, Sendable, Equatable {
    /// Passes through training images; each has its own order and augmentations.
    var passes = 0
    /// Steps with the optimizers of earlier `compile` calls; the current optimizer counts its own. Each step
    /// has its own dropout masks.
    var steps = 0
}
