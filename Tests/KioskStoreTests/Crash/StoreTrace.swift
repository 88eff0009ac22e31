import CStoreRecorder
import KioskModel

/// Everything that SQLite writes to the databases under one folder, in order.
final class StoreTrace {
    enum Step {
        case opened(file: String)
        case write(file: String, offset: Int, bytes: UnsafeBufferPointer<UInt8>)
        case truncate(file: String, size: Int)
        case sync(file: String)
        /// Durable at once where the folder was synced after it.
        case delete(file: String, synced: Bool)
        case mark(Int)
    }

    private let recorder: OpaquePointer

    /// Every database in the folder must be opened after this and closed before the trace is let go.
    init(folder: String) throws {
        guard store_recorder_install() == 0, let recorder = store_recorder_start(folder + "/") else {
            throw Fault(.internalError, "the recorder can't be put in")
        }
        self.recorder = recorder
    }

    deinit { store_recorder_stop(recorder) }

    func mark(_ number: Int) { store_recorder_mark(recorder, Int32(number)) }

    /// Makes the n-th writing call from now (1 is the next) fail, and `times - 1` after it.
    func fail(at call: Int, code: Int32, times: Int = 1) {
        store_recorder_fail(recorder, Int64(call), code, Int64(times))
    }

    func never() { fail(at: 0, code: 0) }

    /// Writing calls since the start or since the last `fail`.
    var calls: Int { Int(store_recorder_calls(recorder)) }

    /// The steps so far; their bytes are valid as long as the trace.
    func steps() -> [Step] {
        (0..<store_recorder_count(recorder)).compactMap { index in
            let step = store_recorder_step(recorder, index)
            if step.op == STORE_MARK.rawValue { return .mark(Int(step.file)) }
            guard let name = store_recorder_name(recorder, step.file) else { return nil }
            let file = String(cString: name)
            switch UInt32(step.op) {
            case STORE_OPENED.rawValue: return .opened(file: file)
            case STORE_WRITE.rawValue:
                let bytes = UnsafeBufferPointer(start: step.bytes, count: Int(step.length))
                return .write(file: file, offset: Int(step.offset), bytes: bytes)
            case STORE_TRUNCATE.rawValue: return .truncate(file: file, size: Int(step.offset))
            case STORE_SYNC.rawValue: return .sync(file: file)
            case STORE_DELETE.rawValue: return .delete(file: file, synced: step.length != 0)
            default: return nil
            }
        }
    }
}
