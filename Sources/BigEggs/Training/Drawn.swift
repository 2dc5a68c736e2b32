/// How far a model's random numbers are used up by its trainings: the next one begins there.
struct Drawn: Codable, Sendable, Equatable {
    /// Passes through training images, each in an order and with transformations of its own.
    var passes = 0
    /// Steps of the optimizers before the present one; each step has masks of dropout of its own.
    var steps = 0
}
