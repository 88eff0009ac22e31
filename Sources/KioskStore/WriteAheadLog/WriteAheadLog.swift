import Foundation
import KioskModel

/// A database's write-ahead log as it lies on the disk, read without SQLite.
///
/// SQLite stops at the first frame that is not as it was written and takes all that stands behind it for a torn end:
/// damage there would drop commits in silence. No connection of this process may have the database open meanwhile.
final class WriteAheadLog {
    private let descriptor: Int32
    private let database: String
    private let header: LogHeader
    private let length: Int
    /// The frame that was read last.
    private let buffer: UnsafeMutableRawBufferPointer

    private var frameLength: Int { LogFrame.headerLength + header.pageSize }
    private var count: Int { (length - LogHeader.length) / frameLength }
    private var page: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: buffer[LogFrame.headerLength...])
    }

    /// Nil where there is no log, or none with a frame.
    static func open(of database: String, isWritable: Bool = false) -> WriteAheadLog? {
        let descriptor = Foundation.open(database + "-wal", (isWritable ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        let length = StoreFiles.size(database + "-wal") ?? 0
        guard let header = header(descriptor, of: database), length >= LogHeader.length + LogFrame.headerLength else {
            close(descriptor)
            return nil
        }
        return WriteAheadLog(descriptor, header, length: length, of: database)
    }

    private init(_ descriptor: Int32, _ header: LogHeader, length: Int, of database: String) {
        self.descriptor = descriptor
        self.header = header
        self.length = length
        self.database = database
        buffer = .allocate(byteCount: LogFrame.headerLength + header.pageSize, alignment: 8)
    }

    deinit {
        buffer.deallocate()
        close(descriptor)
    }

    /// Of a header that is lost the database knows the pages' size, and the first frame the salts.
    private static func header(_ descriptor: Int32, of database: String) -> LogHeader? {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: LogHeader.length + LogFrame.headerLength, alignment: 8)
        defer { bytes.deallocate() }
        guard read(descriptor, into: bytes, at: 0) else { return nil }
        if let header = LogHeader(UnsafeRawBufferPointer(bytes)) { return header }
        let first = LogFrame(UnsafeRawBufferPointer(rebasing: bytes[LogHeader.length...]))
        let opened = Foundation.open(database, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return nil }
        defer { close(opened) }
        // Two bytes at 16, in which 1 stands for 65536 (section 1.3.2).
        guard read(opened, into: UnsafeMutableRawBufferPointer(rebasing: bytes[0..<24]), at: 0) else { return nil }
        let size = Int(bytes[16]) << 8 | Int(bytes[17])
        return LogHeader(pageSize: size == 1 ? 65_536 : size, salts: first.salts)
    }

    // MARK: Damage

    /// What would be lost in silence were SQLite to open the database; nil where nothing would.
    var damage: String? {
        let found = inspect()
        guard header.isWhole else {
            // A cut may tear the header of a log that begins anew: then the database has it all.
            guard found.end > 0, !isInDatabase(upTo: found.end) else { return nil }
            return "the header of the log is not as it was written, and the database lacks what the log holds"
        }
        guard found.damaged > 0 else { return nil }
        return "\(found.damaged) of \(found.end) frames of the log are not as they were written, commits stand behind"
    }

    private func inspect() -> LogInspection {
        var found = LogInspection()
        walk { number, frame, isWhole in found.take(number, frame, isWhole: isWhole) }
        return found
    }

    /// Whether a checkpoint has moved everything into the database.
    private func isInDatabase(upTo end: Int) -> Bool {
        var newest: [UInt32: Int] = [:]
        var size: UInt32 = 0
        walk { number, frame, isWhole in
            guard number <= end, isWhole, let frame else { return }
            newest[frame.page] = number
            if frame.isCommit { size = frame.size }
        }
        let opened = Foundation.open(database, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return false }
        defer { close(opened) }
        let there = UnsafeMutableRawBufferPointer.allocate(byteCount: header.pageSize, alignment: 8)
        defer { there.deallocate() }
        return newest.allSatisfy { number, frame in
            if number > size { return true }
            guard read(frame) != nil, Self.read(opened, into: there, at: Int(number - 1) * header.pageSize) else {
                return false
            }
            return there.elementsEqual(page)
        }
    }

    // MARK: Repair

    /// Leaves damaged frames out, so that SQLite reads what stands behind: their pages then are as the commit before
    /// left them. Changes nothing where the log is not damaged.
    ///
    /// For a copy that is salvaged: the database is no longer one that may be used. Throws `storeDiskFull`,
    /// `storeWriteFailed`.
    static func repair(of database: String) throws(Fault) {
        guard let log = open(of: database, isWritable: true), log.damage != nil else { return }
        try log.repair(upTo: log.inspect().end)
    }

    private func repair(upTo end: Int) throws(Fault) {
        let start = UnsafeMutableRawBufferPointer.allocate(byteCount: LogHeader.length, alignment: 8)
        defer { start.deallocate() }
        var checksum = header.write(to: start)
        try write(UnsafeRawBufferPointer(start), at: 0)
        var kept = 0
        try walk { (number, _, isWhole) throws(Fault) in
            guard number <= end, isWhole else { return }
            add(to: &checksum)
            buffer.put(checksum, at: 16)
            kept += 1
            // Never behind the frame that was read.
            try write(UnsafeRawBufferPointer(buffer), at: place(kept))
        }
        // Zeros, no shorter file: pages hold keys.
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
        var offset = place(kept + 1)
        while offset < length {
            let part = min(frameLength, length - offset)
            try write(UnsafeRawBufferPointer(rebasing: buffer[..<part]), at: offset)
            offset += part
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(Fault) {
        var done = 0
        while done < bytes.count {
            let written = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else {
                throw Fault(errno == ENOSPC ? .storeDiskFull : .storeWriteFailed, "\(database)-wal: errno \(errno)")
            }
            done += written
        }
    }

    // MARK: Frames

    /// Gives each frame's number from 1, its header (nil where the disk does not give it), and whether it is as it was
    /// written after what stood before it then; `buffer` holds it meanwhile.
    private func walk<Failure: Error>(
        _ take: (_ number: Int, _ frame: LogFrame?, _ isWhole: Bool) throws(Failure) -> Void
    ) throws(Failure) {
        var before = header.checksum
        var number = 0
        while number < count {
            number += 1
            let frame = read(number)
            var isWhole = false
            if let frame, frame.page != 0, frame.salts == header.salts {
                if var checksum = before {
                    add(to: &checksum)
                    isWhole = checksum == frame.checksum
                } else {
                    // Only the lost header knew what the first one goes on from.
                    isWhole = number == 1
                }
            }
            try take(number, frame, isWhole)
            before = frame?.checksum
        }
    }

    /// A frame's checksum is over its first 8 bytes and its page.
    private func add(to checksum: inout LogChecksum) {
        let bytes = UnsafeRawBufferPointer(buffer)
        checksum.add(UnsafeRawBufferPointer(rebasing: bytes[0..<8]), isBigEndian: header.isBigEndian)
        checksum.add(
            UnsafeRawBufferPointer(rebasing: bytes[LogFrame.headerLength...]), isBigEndian: header.isBigEndian)
    }

    private func place(_ number: Int) -> Int { LogHeader.length + (number - 1) * frameLength }

    private func read(_ number: Int) -> LogFrame? {
        guard Self.read(descriptor, into: buffer, at: place(number)) else { return nil }
        return LogFrame(UnsafeRawBufferPointer(buffer))
    }

    /// False where the file ends before, or the disk does not give it.
    private static func read(_ descriptor: Int32, into bytes: UnsafeMutableRawBufferPointer, at offset: Int) -> Bool {
        var done = 0
        while done < bytes.count {
            let got = pread(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { return false }
            done += got
        }
        return true
    }
}
