/// Arithmetic on embeddings.
public enum Embedding {
    /// Cosine similarity of two vectors of length 1; nil where their sizes differ.
    public static func similarity(_ a: [Float], _ b: [Float]) -> Double? {
        guard a.count == b.count else { return nil }
        return zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    /// The mean scaled to length 1; nil where there is none, sizes differ or they cancel out.
    public static func mean(_ vectors: [[Float]]) -> [Float]? {
        guard let first = vectors.first, vectors.allSatisfy({ $0.count == first.count }) else { return nil }
        var sum = [Double](repeating: 0, count: first.count)
        for vector in vectors { for (index, value) in vector.enumerated() { sum[index] += Double(value) } }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length.isFinite, length > 1e-3 else { return nil }
        return sum.map { Float($0 / length) }
    }

    /// Whether these are `count` finite values of length 1 (within 1 %).
    public static func isUnit(_ vector: [Float], count: Int) -> Bool {
        guard vector.count == count else { return false }
        let squares = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
        return abs(squares.squareRoot() - 1) < 0.01
    }
}
