// Independent tasks over the threads of a team.
#pragma once

#include <exception>

#include "parallel.hpp"

namespace mario {

/** Makes primitives that are run by one thread of a team, as each is inside {@link forEachTask}. */
class SingleThreadScope {
 public:
#ifdef _OPENMP
  SingleThreadScope() : threads_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~SingleThreadScope() { omp_set_num_threads(threads_); }
  SingleThreadScope(const SingleThreadScope&) = delete;
  SingleThreadScope& operator=(const SingleThreadScope&) = delete;

 private:
  int threads_;
#else
  SingleThreadScope() {}
#endif
};

/**
 * Calls `work(thread, task)` for each of `tasks`, which one another's results do not depend on: a
 * thread takes the next one when it has done its last, so one that has a core to itself does more.
 * @param threads of the team; `thread` is below it
 */
template <class Work>
void forEachTask(int threads, int tasks, const Work& work) {
#ifdef _OPENMP
  std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (int task = 0; task < tasks; task++) {
    try {
      work(omp_get_thread_num(), task);
    } catch (...) {
#pragma omp critical(mario_task_failure)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
#else
  (void)threads;
  for (int task = 0; task < tasks; task++) work(0, task);
#endif
}

}  // namespace mario
