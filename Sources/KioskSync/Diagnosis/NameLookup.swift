import Foundation
import KioskPlatform

/// Looks a host's addresses up as every program of the machine does (getaddrinfo).
enum NameLookup {
    /// At most four addresses; none where the name is unknown or no name server answers in time.
    static func addresses(of host: String, within limit: Duration = .seconds(8)) async -> [String] {
        await withTaskGroup(of: [String]?.self) { group in
            // It can't be interrupted: a thread of its own may outlive the question.
            let lookup = Task { try? await onOwnThread("name-lookup") { resolve(host) } }
            group.addTask {
                await withTaskCancellationHandler {
                    await lookup.value
                } onCancel: {
                    lookup.cancel()
                }
            }
            group.addTask {
                try? await Task.sleep(for: limit)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? []
        }
    }

    private static func resolve(_ host: String) -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var next = list
        while let entry = next?.pointee, found.count < 4 {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0
            {
                let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                if !found.contains(address) { found.append(address) }
            }
            next = entry.ai_next
        }
        return found
    }
}
