import ArgumentParser
import Glibc

/// A user of this machine, by name or number.
struct UserOption: ExpressibleByArgument {
    let identifier: UInt32

    init?(argument: String) {
        if let number = UInt32(argument) {
            identifier = number
            return
        }
        var buffer = [CChar](repeating: 0, count: 65536)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwnam_r(argument, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        identifier = entry.pw_uid
    }
}
