import BenchSupport
import CFacePeer
import CameraCapture
import FacePipeline
import KioskModel

/// Decode, detect, align, embed, liveness: each beside the same calls in plain C++, by turns on the same picture.
struct StageBench {
    private static let rounds = 61
    private static let peer = "the same OpenCV and libjpeg-turbo calls in plain C++ (to be 1.15 or less)"
    let data: FaceData
    let film: Film

    /// Returns the seconds that the plain program takes for one picture, all stages together.
    func run(_ report: Report) throws -> Double {
        guard let plain = face_peer_load(data.models) else { throw BenchError("the models can't be loaded") }
        defer { face_peer_free(plain) }
        let engine = try FaceEngine(ModelStore(folder: data.models))
        let side = ScanPolicy.production.detectionSide
        let jpeg = film.pictures[0]
        let frame = try FrameDecoder.jpeg(jpeg)
        guard let face = try engine.detect(frame, side: side, leastScore: 0.5).first else {
            throw BenchError("no face is found in person-a-1.jpg")
        }
        let crop = try engine.align(frame, face)
        var total = 0.0
        func stage(_ name: String, own: () throws -> Void, plain: () -> Int32) throws {
            let failable = { guard plain() == 0 else { throw BenchError("the plain \(name) failed") } }
            let times = try byTurns(rounds: Self.rounds, own: own, peer: failable)
            total += times.peer
            try report.line(name, times.own * 1000, "ms", against: Self.peer, times.peer * 1000)
        }
        try stage(
            "decode", own: { _ = try FrameDecoder.jpeg(jpeg) }, plain: { face_peer_decode(plain, jpeg, jpeg.count) })
        try stage(
            "detect", own: { _ = try engine.detect(frame, side: side, leastScore: 0.5) },
            plain: { face_peer_detect(plain, Int32(side), 0.5) })
        try stage("align", own: { _ = try engine.align(frame, face) }, plain: { face_peer_align(plain) })
        try stage("embed", own: { _ = try engine.embed(crop) }, plain: { face_peer_embed(plain) })
        try stage("liveness", own: { _ = try engine.liveness(frame, face) }, plain: { face_peer_liveness(plain) })
        try compare(plain, face, embedding: try engine.embed(crop), live: try engine.liveness(frame, face))
        return total
    }

    /// Both must have computed the same, or the ratio says nothing.
    private func compare(_ plain: OpaquePointer, _ face: DetectedFace, embedding: [Float], live: Double) throws {
        var box = [Float](repeating: 0, count: 4)
        var other = [Float](repeating: 0, count: embedding.count)
        face_peer_box(plain, &box)
        face_peer_embedding(plain, &other)
        let likeness = zip(embedding, other).reduce(0) { $0 + $1.0 * $1.1 }
        let away = zip(face.box, box).map { abs($0 - $1) }.max() ?? .infinity
        guard away < 1, likeness > 0.999, abs(face_peer_live(plain) - live) < 0.01 else {
            throw BenchError(
                "the plain program computes something else: \(face.box) \(box), likeness \(likeness), "
                    + "liveness \(live) \(face_peer_live(plain))")
        }
    }
}
