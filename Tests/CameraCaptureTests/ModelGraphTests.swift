import CVision
import Testing

/// Models whose graph OpenCV would believe, to read outputs that nothing makes.
@Suite struct ModelGraphTests {
    /// A field that has a length (Protocol Buffers, wire type 2).
    private func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }

    /// A picture's shape, 1 × 3 × 112 × 112 floats, under a name.
    private func picture(_ name: String) -> [UInt8] {
        let sides = [1, 3, 112, 112].flatMap { field(1, [0x08, $0]) }
        return field(1, Array(name.utf8)) + field(2, field(1, [0x08, 0x01] + field(2, sides)))
    }

    /// Two floats under a name, or as many bytes as are said.
    private func weight(bytes: Int = 8) -> [UInt8] {
        [0x08, 0x02, 0x10, 0x01] + field(8, [0x77]) + field(9, [UInt8](repeating: 0, count: bytes))
    }

    /// A model of one Relu that takes x, with these inputs of the graph and outputs of the Relu.
    private func model(inputs: [String], outputs: [String], weight: [UInt8] = []) -> [UInt8] {
        let node = field(1, [0x78]) + outputs.flatMap { field(2, Array($0.utf8)) } + field(4, Array("Relu".utf8))
        let graph =
            field(1, node) + field(2, [0x67]) + (weight.isEmpty ? [] : field(5, weight))
            + inputs.flatMap { field(11, picture($0)) } + field(12, picture("y"))
        let versions: [UInt8] = [0x08, 0x07] + field(8, field(1, []) + [0x10, 0x0B])
        return versions + field(7, graph)
    }

    private func isTaken(_ model: [UInt8]) -> Bool {
        guard let net = cvision_net_load(model, model.count) else { return false }
        cvision_net_free(net)
        return true
    }

    @Test func `a graph with one input, whose nodes have one output, is taken`() {
        #expect(isTaken(model(inputs: ["x"], outputs: ["y"])))
    }

    @Test(arguments: [[], ["x", "z"], ["x", "x"]])
    func `a graph with another number of inputs is refused`(names: [String]) {
        #expect(!isTaken(model(inputs: names, outputs: ["y"])))
    }

    @Test(arguments: [[], ["y", "z"]])
    func `a node with another number of outputs is refused`(names: [String]) {
        #expect(!isTaken(model(inputs: ["x"], outputs: names)))
    }

    @Test func `a tensor with another number of bytes than its shape says is refused`() {
        #expect(isTaken(model(inputs: ["x"], outputs: ["y"], weight: weight())))
        for bytes in [0, 7, 9] {
            #expect(!isTaken(model(inputs: ["x"], outputs: ["y"], weight: weight(bytes: bytes))), "\(bytes)")
        }
    }

    @Test func `a model that is cut off anywhere is refused`() {
        let whole = model(inputs: ["x"], outputs: ["y"])
        let taken = whole.indices.filter { isTaken(Array(whole[..<$0])) }
        #expect(taken.isEmpty)
    }
}
