/// Resolves places to addresses for one plan.
struct PlanMemory {
    let workspace: UnsafeMutableRawPointer
    /// Each place's offset from the start of the workspace, in bytes.
    let offsets: [Place: Int]
    let store: ParameterStore

    func address(_ place: Place) -> UnsafeMutableRawPointer {
        switch place {
        case .values, .recomputed, .valuesGradient, .own, .scratchpad: workspace + (offsets[place] ?? 0)
        case .parameter(let parameter):
            (store.parameters?.base ?? workspace) + store.offset(of: parameter) * 4
        case .gradient(let parameter):
            (store.gradients?.base ?? workspace) + store.offset(of: parameter) * 4
        case .copy(let number): store.copyAddress(number)
        }
    }

    func floats(_ place: Place) -> UnsafeMutablePointer<Float> { address(place).floats }
}
