import KioskModel
import Testing

@testable import KioskCommands

struct FaceCommandTests {
    private static let witness = FaceWitness(name: "Li Na", user: 1000)
    private static let list = FaceList([
        FaceEnrolment(
            doctor: "D-0001", model: String(repeating: "ab", count: 32), version: 1, templates: 5, at: Samples.stamp,
            by: witness)
    ])

    private func text(_ view: some Presentable, _ language: Language = .en) -> String {
        let settings = Settings(
            socketPath: "s", configPath: "c", kioskdPath: "k", language: language, utcOffset: { _ in 0 })
        return Renderer(settings).render(view, from: .daemon)
    }

    @Test func `the list says who is enrolled, of which model, and who stood by`() {
        let shown = text(Self.list)
        for word in ["D-0001", "abababababab/1", "Li Na (uid 1000)", "5"] { #expect(shown.contains(word), "\(shown)") }
        #expect(text(FaceList([])).contains("No face is enrolled."))
        #expect(text(FaceList([]), .zh).contains("没有登记的人脸。"))
    }

    @Test func `a deletion shows its audit link; one that a reader held up is a warning`() {
        for isScrubbed in [true, false] {
            let proof = FaceDeletion(
                doctor: "D-0001", templates: 5, at: Samples.stamp, by: Self.witness, link: 42, hash: "c0ffee",
                isScrubbed: isScrubbed)
            let shown = text(proof)
            #expect(shown.contains("42 c0ffee"))
            #expect(shown.contains("reader holds") == !isScrubbed)
            #expect(proof.exitStatus == (isScrubbed ? .ok : .warning))
        }
    }

    @Test func `the quality shows what is needed beside what is there, and what to do`() {
        let quality = FaceQuality(
            camera: "v4l2:/dev/video0", simulated: false, pictures: 15, good: 0, prompt: PromptView(.moreLight),
            measures: [.init(.brightness, 31.257, least: 60, most: 190), .init(.sharpness, 80, least: 50)])
        let shown = text(quality)
        for word in ["0 of 15 pictures good", "31.26", "60 … 190", "≥ 50", "P-FAC-003"] {
            #expect(shown.contains(word), "\(shown)")
        }
        #expect(quality.exitStatus == .warning)
        #expect(text(quality, .zh).contains("亮度"))
    }

    @Test(arguments: [
        ["enrol"], ["enrol", "D-1"], ["enrol", "D-1", "--by", ""], ["delete", "D-1"],
        ["delete", "D-1", "--by", String(repeating: "x", count: 61)],
        // A PIN on the command line would show in the list of processes.
        ["enrol", "D-1", "--by", "x", "--pin", "123456"],
    ])
    func `without a second person, or with a PIN in the arguments, a command is refused`(_ arguments: [String]) {
        #expect(throws: (any Error).self) { try KioskControl.parseAsRoot(["face"] + arguments) }
    }
}
