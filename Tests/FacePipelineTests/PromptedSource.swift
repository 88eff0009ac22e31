import CameraCapture
import KioskModel
import Synchronization

/// A rendered head, or a flat picture of one, that does what the prompts ask; each picture 0.1 s after the one before.
final class PromptedSource: FrameSource {
    /// How it follows the prompts.
    enum Behaviour {
        case obeys
        /// Turns to the other side.
        case mirrors
        case staysStill
        /// Another face takes its place at the first prompt.
        case swaps(Frame)
        /// Nobody is there from the first prompt on.
        case leaves
        /// Obeys, but so many pictures from the first prompt on show several people.
        case isJoined(Frame, pictures: Int)
        /// The same, and then another face has taken its place.
        case swapsBehind(Frame, pictures: Int, other: Frame)
    }

    /// Pictures by the angle in steps of `step` degrees.
    private let pictures: [Int: Frame]
    private let behaviour: Behaviour
    private let state = Mutex(State())
    private static let step = 12
    /// As far as the nose must go to either side on the photograph that is used; its face looks a little to its right.
    private static let farthest = (left: 5, right: -4)
    let identity = "rendered"
    let isSimulated = true

    private struct State {
        var prompt = Prompt.lookAtCamera
        var angle = 0
        var count = 0
        /// Pictures since a turn was asked for the first time.
        var asked = 0
    }

    init(_ behaviour: Behaviour, render: (Double) -> Frame?) {
        self.behaviour = behaviour
        var pictures: [Int: Frame] = [:]
        for angle in Self.farthest.right...Self.farthest.left { pictures[angle] = render(Double(angle * Self.step)) }
        self.pictures = pictures
    }

    func hear(_ prompt: Prompt) { state.withLock { $0.prompt = prompt } }

    func probe() async -> Fault? { nil }

    func open() async throws(Fault) -> any FrameSession { Session(source: self, start: .now) }

    fileprivate func picture(from start: ContinuousClock.Instant) -> Frame? {
        let (angle, count, asked, isAsked) = state.withLock { state in
            var goal = 0
            switch (behaviour, state.prompt) {
            case (.obeys, .turnHeadLeft), (.isJoined, .turnHeadLeft), (.mirrors, .turnHeadRight):
                goal = Self.farthest.left
            case (.obeys, .turnHeadRight), (.isJoined, .turnHeadRight), (.mirrors, .turnHeadLeft):
                goal = Self.farthest.right
            default: break
            }
            state.angle += (goal - state.angle).signum()
            state.count += 1
            let isAsked = [.turnHeadLeft, .turnHeadRight].contains(state.prompt)
            if isAsked || state.asked > 0 { state.asked += 1 }
            return (state.angle, state.count, state.asked, isAsked)
        }
        var picture = pictures[angle]
        if isAsked, case .swaps(let other) = behaviour { picture = other }
        if isAsked, case .leaves = behaviour {
            picture = Frame(width: 320, height: 240, bgr: [UInt8](repeating: 90, count: 320 * 240 * 3))
        }
        switch behaviour {
        case .isJoined(let several, let pictures) where asked > 0 && asked <= pictures: picture = several
        case .swapsBehind(let several, let pictures, let other) where asked > 0:
            picture = asked <= pictures ? several : other
        default: break
        }
        guard let marked = picture?.marked(UInt8(truncatingIfNeeded: count)) else { return nil }
        return Frame(
            width: marked.width, height: marked.height, bgr: marked.bgr, taken: start + .milliseconds(100) * count)
    }

    private actor Session: FrameSession {
        let identity = "rendered"
        let isSimulated = true
        let isExhausted = false
        let skipped = 0
        private let source: PromptedSource
        private let start: ContinuousClock.Instant

        init(source: PromptedSource, start: ContinuousClock.Instant) {
            self.source = source
            self.start = start
        }

        func next(before deadline: ContinuousClock.Instant) async throws(Fault) -> Frame {
            guard let frame = source.picture(from: start) else { throw Fault(.faceFrameCorrupt) }
            return frame
        }

        func close() {}
    }
}
