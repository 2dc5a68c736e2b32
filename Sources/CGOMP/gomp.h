// libgomp's entry point for `#pragma omp parallel`, and OpenMP functions about its thread pool. gcc's omp.h is not on
// clang's search path, so the few functions used are declared here.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
int omp_get_num_procs(void);
int omp_get_thread_limit(void);
int omp_get_active_level(void);
int omp_get_max_active_levels(void);
void omp_set_num_threads(int threads);
void omp_set_dynamic(int dynamic);
int omp_pause_resource_all(int kind);
