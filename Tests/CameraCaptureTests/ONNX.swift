/// Writes small models (onnx.proto; Protocol Buffers, "Encoding"), right ones and wrong ones.
enum ONNX {
    /// A field that has a length.
    private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(bytes.count) + bytes
    }
    private static func field(_ number: Int, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    private static func field(_ number: Int, value: UInt8) -> [UInt8] { varint(number << 3) + varint(Int(value)) }

    private static func varint(_ value: Int) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 127) | 128] + varint(value >> 7)
    }

    /// Floats of a shape, under a name.
    private static func values(_ name: String, _ shape: [UInt8]) -> [UInt8] {
        let sides = shape.flatMap { field(1, field(1, value: $0)) }
        return field(1, name) + field(2, field(1, field(1, value: 1) + field(2, sides)))
    }

    static func node(
        _ operation: String, inputs: [String], outputs: [String], attributes: [[UInt8]] = []
    ) -> [UInt8] {
        inputs.flatMap { field(1, $0) } + outputs.flatMap { field(2, $0) } + field(4, operation)
            + attributes.flatMap { field(5, $0) }
    }

    static func number(_ name: String, _ value: UInt8) -> [UInt8] {
        field(1, name) + field(3, value: value) + field(20, value: 2)
    }

    static func numbers(_ name: String, _ values: [UInt8]) -> [UInt8] {
        field(1, name) + values.flatMap { field(8, value: $0) } + field(20, value: 7)
    }

    /// A tensor of floats, all zero, in as many bytes as are said.
    static func weights(_ name: String, _ shape: [UInt8], bytes: Int? = nil) -> [UInt8] {
        let length = bytes ?? shape.reduce(4) { $0 * Int($1) }
        return shape.flatMap { field(1, value: $0) } + field(2, value: 1) + field(8, name)
            + field(9, [UInt8](repeating: 0, count: length))
    }

    /// A tensor of 64-bit integers, the lowest byte first.
    static func wholes(_ name: String, _ shape: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
        shape.flatMap { field(1, value: $0) } + field(2, value: 7) + field(8, name) + field(9, bytes)
    }

    /// A model of these nodes that takes pictures of 112 × 112 under these names, and gives y.
    static func model(nodes: [[UInt8]], weights: [[UInt8]] = [], inputs: [String] = ["x"]) -> [UInt8] {
        let graph =
            nodes.flatMap { field(1, $0) } + field(2, "g") + weights.flatMap { field(5, $0) }
            + inputs.flatMap { field(11, values($0, [1, 3, 112, 112])) } + field(12, values("y", [1]))
        return field(1, value: 7) + field(8, field(1, []) + field(2, value: 11)) + field(7, graph)
    }
}
