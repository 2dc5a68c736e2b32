/// A layer, and the values that it reads: 0 is the network's input, from 1 on they are the outputs of layers.
package struct LayerApplication {
    package let layer: any Layer
    package let inputs: [Int]
}
