/// A layer and the numbers of the values it reads: 0 is the network's input, numbers from 1 are layer outputs.
package struct LayerApplication {
    package let layer: any Layer
    package let inputs: [Int]
}
