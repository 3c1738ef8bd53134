//! Each problem from evidence that shows it, and from near misses that must not.

mod answers;
mod certificates;
mod desktop;
mod products;
mod rows_answers;
mod rows_config;
mod rows_found;
mod rows_partly;
mod rows_tls;
mod scene;
mod table;
