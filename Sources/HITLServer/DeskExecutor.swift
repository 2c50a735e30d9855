import Glibc
import HITLPlatform

/// The threads that carry out what clients ask for.
///
/// The global pool wakes a thread for every job, also for one that the waking thread would have taken next; with work as
/// short as ours, being woken is most of it. Here a job that a thread of ours leaves for itself wakes nobody. It can then
/// wait for as long as that thread is in a sync, and a second one wakes another thread, so that whatever comes during a
/// sync joins the next.
final class DeskExecutor: TaskExecutor {
    static let shared = DeskExecutor(threads: 2)

    private let monitor = WorkMonitor()

    private init(threads: Int) {
        for _ in 0..<threads { start() }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let own = pthread_self()
        monitor.put(job, from: own)
    }

    private func start() {
        let context = Unmanaged.passRetained(self).toOpaque()
        var thread = pthread_t()
        let result = pthread_create(&thread, nil, { context in
            let executor = Unmanaged<DeskExecutor>.fromOpaque(context!).takeRetainedValue()
            executor.work()
        }, context)
        precondition(result == 0, "the desk got no thread (error \(result))")
        pthread_detach(thread)
    }

    private func work() -> Never {
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_SETMASK, &signals, nil)
        monitor.join(pthread_self())
        while true {
            let job = monitor.take()
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// Jobs in order, and threads that sleep until there is one.
private final class WorkMonitor: @unchecked Sendable {
    // Sendable because everything is reached only under the mutex.
    private var jobs: [UnownedJob] = []
    private var first = 0
    private var idle = 0
    private var workers: [pthread_t] = []
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    func join(_ worker: pthread_t) {
        pthread_mutex_lock(mutex)
        workers.append(worker)
        pthread_mutex_unlock(mutex)
    }

    func put(_ job: UnownedJob, from thread: pthread_t) {
        pthread_mutex_lock(mutex)
        jobs.append(job)
        let isNext = jobs.count - first == 1 && workers.contains(thread)
        let wakes = !isNext && idle > 0
        pthread_mutex_unlock(mutex)
        if wakes { pthread_cond_signal(condition) }
    }

    func take() -> UnownedJob {
        pthread_mutex_lock(mutex)
        while first == jobs.count {
            idle += 1
            pthread_cond_wait(condition, mutex)
            idle -= 1
        }
        let job = jobs[first]
        first += 1
        if first == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            first = 0
        } else if first > 1024 {
            jobs.removeFirst(first)
            first = 0
        }
        pthread_mutex_unlock(mutex)
        return job
    }
}
