//! The `gazetier` command: see [`gazetier::cli`].

fn main() -> std::process::ExitCode {
    gazetier::cli::main()
}
