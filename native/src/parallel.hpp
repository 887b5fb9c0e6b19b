// Loops over threads, on the same OpenMP team that oneDNN uses; serial where there is no OpenMP.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <cstdint>

#ifdef _OPENMP
#include <omp.h>
#endif
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace mario {

/**
 * Numbers too small for a normal float32 become 0 in this thread: arithmetic on them is up to a
 * hundred times slower, and Adam's moments decay through them.
 */
inline void flushDenormals() {
#if defined(__SSE__)
  _mm_setcsr(_mm_getcsr() | 0x8040);  // flush to zero, denormals are zero
#elif defined(__aarch64__)
  uint64_t control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" ::"r"(control | (1ull << 24)));
#endif
}

/**
 * What a thread needs while it computes, and JavaScript's must not keep afterwards.
 *
 * Denormals are flushed. And signals wait: oneDNN's generated AVX2 matrix product (2.6.3, 3.2) keeps data
 * where a signal's frame may go, so that a signal on its thread (Ctrl-C, a resized terminal, Node's
 * profiler) corrupts the heap. OpenMP's threads are started in such a scope and inherit its mask.
 */
class ComputeScope {
 public:
  ComputeScope() {
    sigset_t blocked;
    sigfillset(&blocked);
    // These report the thread's own mistakes, and cannot wait.
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
      sigdelset(&blocked, fault);
    }
    pthread_sigmask(SIG_BLOCK, &blocked, &signals_);
#if defined(__SSE__)
    saved_ = _mm_getcsr();
#elif defined(__aarch64__)
    asm volatile("mrs %0, fpcr" : "=r"(saved_));
#endif
    flushDenormals();
  }
  ~ComputeScope() {
#if defined(__SSE__)
    _mm_setcsr(static_cast<unsigned>(saved_));
#elif defined(__aarch64__)
    asm volatile("msr fpcr, %0" ::"r"(saved_));
#endif
    pthread_sigmask(SIG_SETMASK, &signals_, nullptr);
  }
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  sigset_t signals_;
  uint64_t saved_ = 0;
};

inline void setThreads(int threads) {
#ifdef _OPENMP
  // The count belongs to the calling thread, so each worker thread of Node has its own.
  omp_set_num_threads(threads);
#pragma omp parallel
  flushDenormals();
#else
  (void)threads;
#endif
}

/**
 * Calls `work(begin, end)` over [0, count) in pieces of `grain`. Where pieces begin depends on
 * nothing but `grain`, so results do not depend on the number of threads.
 */
template <class Work>
void parallelChunks(int64_t count, int64_t grain, const Work& work) {
  const int64_t chunks = (count + grain - 1) / grain;
#ifdef _OPENMP
#pragma omp parallel for schedule(static) if (chunks > 1)
#endif
  for (int64_t chunk = 0; chunk < chunks; chunk++) {
    const int64_t begin = chunk * grain;
    work(begin, begin + grain < count ? begin + grain : count);
  }
}

}  // namespace mario
