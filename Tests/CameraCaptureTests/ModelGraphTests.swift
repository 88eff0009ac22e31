import CVision
import Testing

/// Models whose graph OpenCV would believe, to read what nothing makes or what is not there.
@Suite struct ModelGraphTests {
    /// A model of one Relu that takes x, with these inputs of the graph and outputs of the Relu.
    private func relu(inputs: [String] = ["x"], outputs: [String] = ["y"], weights: [[UInt8]] = []) -> [UInt8] {
        ONNX.model(nodes: [ONNX.node("Relu", inputs: ["x"], outputs: outputs)], weights: weights, inputs: inputs)
    }

    /// A model of one convolution of x by 2 × 3 × 1 × 1 floats.
    private func conv(
        inputs: [String] = ["x", "w"], kernel: [UInt8] = [1, 1], group: UInt8 = 1, shape: [UInt8] = [2, 3, 1, 1]
    ) -> [UInt8] {
        let attributes = [ONNX.numbers("kernel_shape", kernel), ONNX.number("group", group)]
        let node = ONNX.node("Conv", inputs: inputs, outputs: ["y"], attributes: attributes)
        return ONNX.model(nodes: [node], weights: [ONNX.weights("w", shape)])
    }

    private func isTaken(_ model: [UInt8]) -> Bool {
        guard let net = cvision_net_load(model, model.count) else { return false }
        cvision_net_free(net)
        return true
    }

    @Test func `a graph with one input, whose nodes have one output, is taken`() {
        #expect(isTaken(relu()))
        #expect(isTaken(conv()))
    }

    @Test(arguments: [[], ["x", "z"], ["x", "x"]])
    func `a graph with another number of inputs is refused`(names: [String]) {
        #expect(!isTaken(relu(inputs: names)))
    }

    @Test(arguments: [[], ["y", "z"]])
    func `a node with another number of outputs is refused`(names: [String]) {
        #expect(!isTaken(relu(outputs: names)))
    }

    @Test func `a tensor with another number of bytes than its shape says is refused`() {
        #expect(isTaken(relu(weights: [ONNX.weights("w", [2])])))
        for bytes in [0, 7, 9] {
            #expect(!isTaken(relu(weights: [ONNX.weights("w", [2], bytes: bytes)])), "\(bytes)")
        }
    }

    @Test(arguments: ["LSTM", "Loop", "Reduce", "relu", ""])
    func `an operator that no model here has is refused`(name: String) {
        #expect(!isTaken(ONNX.model(nodes: [ONNX.node(name, inputs: ["x"], outputs: ["y"])])))
    }

    @Test(arguments: ["", "x", "w x", "x x", "x z", "x w w", "x w w w"])
    func `a node that takes too little, too much or another kind of thing is refused`(inputs: String) {
        #expect(!isTaken(conv(inputs: inputs.split(separator: " ").map(String.init))))
    }

    @Test func `weights of another shape than the operator's numbers say are refused`() {
        #expect(!isTaken(conv(kernel: [3, 3])))
        #expect(!isTaken(conv(shape: [2, 3, 1])))
        #expect(!isTaken(conv(group: 3)))
    }

    @Test(arguments: [[], [1], [0, 1], [1, 1, 1], [1, 17]])
    func `an attribute with too few, too many or too large numbers is refused`(kernel: [UInt8]) {
        #expect(!isTaken(conv(kernel: kernel)))
    }

    @Test func `an attribute that its operator does not have, or has twice, is refused`() {
        let pad = ONNX.number("auto_pad", 1), axis = ONNX.number("axis", 0)
        for attributes in [[pad], [axis], [axis, axis]] {
            let node = ONNX.node("Relu", inputs: ["x"], outputs: ["y"], attributes: attributes)
            #expect(!isTaken(ONNX.model(nodes: [node])))
        }
    }

    @Test func `a name that is made twice, or only later, is refused`() {
        let first = ONNX.node("Relu", inputs: ["x"], outputs: ["a"])
        let second = ONNX.node("Sigmoid", inputs: ["a"], outputs: ["y"])
        #expect(isTaken(ONNX.model(nodes: [first, second])))
        #expect(!isTaken(ONNX.model(nodes: [second, first])))
        #expect(!isTaken(ONNX.model(nodes: [first, first, second])))
        #expect(!isTaken(relu(weights: [ONNX.weights("w", [2]), ONNX.weights("w", [2])])))
    }

    @Test func `a place outside a picture's shape is refused`() {
        func model(place: UInt8) -> [UInt8] {
            let nodes = [
                ONNX.node("Shape", inputs: ["x"], outputs: ["s"]),
                ONNX.node("Gather", inputs: ["s", "i"], outputs: ["n"]),
                ONNX.node("Unsqueeze", inputs: ["n"], outputs: ["u"], attributes: [ONNX.numbers("axes", [0])]),
                ONNX.node("Concat", inputs: ["u", "r"], outputs: ["c"], attributes: [ONNX.number("axis", 0)]),
                ONNX.node("Reshape", inputs: ["x", "c"], outputs: ["y"]),
            ]
            let rest = ONNX.wholes("r", [1], [UInt8](repeating: 0xFF, count: 8))
            let index = ONNX.wholes("i", [], [place, 0, 0, 0, 0, 0, 0, 0])
            return ONNX.model(nodes: nodes, weights: [rest, index])
        }
        #expect(isTaken(model(place: 0)))
        #expect(!isTaken(model(place: 4)))
    }

    @Test func `a model that is cut off anywhere is refused`() {
        let whole = conv()
        let taken = whole.indices.filter { isTaken(Array(whole[..<$0])) }
        #expect(taken.isEmpty)
    }
}
