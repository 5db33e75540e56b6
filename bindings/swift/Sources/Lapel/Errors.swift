import Foundation

extension LapelError: LocalizedError, CustomStringConvertible {
    /// What went wrong, for programs and translations.
    public var code: ErrorCode {
        switch self { case let .Failed(code, _, _): code }
    }

    /// The same, as a sentence in English.
    public var reason: String {
        switch self { case let .Failed(_, reason, _): reason }
    }

    /// What stands in the sentence, by names that stay, such as `field`, `bytes` and `max`.
    public var values: [String: String] {
        switch self { case let .Failed(_, _, values): values }
    }

    public var errorDescription: String? { reason }
    public var description: String { reason }
}

extension VaultError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self {
        case .Locked: "the vault that holds the book's key is locked"
        case .Missing: "the vault holds no key for this book"
        case .Exposed: "the book's key can be read by other users of this machine"
        case let .Failed(reason): "the vault failed: \(reason)"
        }
    }
}

extension ListenerError: LocalizedError, CustomStringConvertible {
    public var errorDescription: String? { description }

    public var description: String {
        switch self { case let .Failed(reason): "a listener failed: \(reason)" }
    }
}
