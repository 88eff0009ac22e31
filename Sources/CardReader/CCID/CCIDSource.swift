import KioskModel
import USBTransport

/// A role's reader as its USB binding finds it, driven directly.
struct CCIDSource: SmartCardReaderSource {
    let binding: USBRoleBinding
    let slot: UInt8
    let timeouts: CCIDTimeouts

    var role: String { binding.role.name }

    func open() async -> (met: ReaderIdentity?, result: Result<any SmartCardReader, Fault>) {
        let connection: any USBConnection
        do throws(Fault) {
            connection = try await binding.connection()
        } catch {
            return (nil, .failure(error))
        }
        let met = ReaderIdentity(connection.device)
        do throws(Fault) {
            return (met, .success(try await CCIDReader.open(connection, role: role, slot: slot, timeouts: timeouts)))
        } catch {
            await binding.drop(connection, after: error)
            return (met, .failure(error))
        }
    }

    func drop(_ reader: any SmartCardReader, after trouble: Fault) async {
        guard let reader = reader as? CCIDReader else { return }
        await binding.drop(reader.connection, after: trouble)
    }

    func worked() async { await binding.worked() }

    func shutdown() async { await binding.shutdown() }
}
