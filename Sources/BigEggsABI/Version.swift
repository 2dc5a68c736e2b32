import CBigEggs

@c @implementation
public func be_abi_version() -> Int32 { 1 }
