import Glibc
import HITLPlatform

/// Runs asynchronous work on the thread that waits for it: nothing is started for what is over in a millisecond, and
/// a question to the ledger hardly ever waits for anything.
///
/// What the work awaits runs here too, one piece after the other, so it must never block for another piece of itself.
final class CallingThread: TaskExecutor, @unchecked Sendable {
    // Sendable because jobs are behind a lock, and a semaphore is made to be shared.
    private let jobs = Locked<[UnownedJob]>([])
    private let arrivals: UnsafeMutablePointer<sem_t>

    static func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let thread = CallingThread()
        let result = Locked<Value?>(nil)
        Task(executorPreference: thread) {
            let value = await body()
            result.withLock { $0 = value }
            // Wakes the thread without a job, after which it looks for the result.
            sem_post(thread.arrivals)
        }
        while true {
            while sem_wait(thread.arrivals) != 0 {}
            if let job = thread.jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
                job.runSynchronously(on: thread.asUnownedTaskExecutor())
            }
            if let value = result.withLock({ $0 }) { return value }
        }
    }

    private init() {
        arrivals = .allocate(capacity: 1)
        sem_init(arrivals, 0, 0)
    }

    deinit {
        sem_destroy(arrivals)
        arrivals.deallocate()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        sem_post(arrivals)
    }
}
