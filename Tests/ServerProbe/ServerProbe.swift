@main struct ServerProbe { static func main() {} }
