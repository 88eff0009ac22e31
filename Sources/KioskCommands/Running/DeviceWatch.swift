import KioskAPIClient
import KioskModel

/// Asks for the devices again and again and writes what has changed; with JSON, one object a change.
struct DeviceWatch {
    let runner: CommandRunner
    let role: String?
    let limit: Duration?
    var interval = Duration.seconds(1)

    func run() async -> CommandExit {
        let deadline = limit.map { ContinuousClock.now + $0 }
        var last: [DeviceStatus] = []
        repeat {
            let list: DeviceList
            switch await runner.ask(DeviceCommand.List.question) {
            case .success(let answer): list = answer
            case .failure(let status): return status
            }
            let devices = list.devices.filter { role == nil || $0.role == role }
            guard !devices.isEmpty else {
                return runner.complain(
                    Problem(Fault(.apiNotFound, "no device of this role; device list shows all"), status: 404))
            }
            let changed = devices.filter { !last.contains($0) }
            if !changed.isEmpty { runner.show(DeviceList(changed)) }
            last = devices
            if let deadline, ContinuousClock.now >= deadline { break }
            try? await Task.sleep(for: interval)
        } while !Task.isCancelled
        return .worst(last.map(\.exitStatus))
    }
}
