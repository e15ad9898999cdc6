# The everyday commands. `just` alone lists them.

[private]
default:
    @just --list --unsorted

# Everything that must hold before a change goes to main
test:
    ./test

# The same without docs and slow tests, for daily work
fast:
    ./test --fast

# One integration test, or those whose name contains NAME
it NAME:
    cargo test --test it {{ NAME }}

# Format the sources
fmt:
    cargo fmt --all

# What the linter says
lint:
    cargo clippy --workspace --all-targets -- -D warnings

# Write openapi/openapi.json anew from the routes
openapi:
    cargo run -- openapi --write

# The pictures of docs/pages.md, taken anew (needs pngquant)
pictures:
    TRIBUNE_PICTURES="{{ justfile_directory() }}/docs/pages" cargo test --test it pages_can_be_read_on_any_screen
    pngquant --force --strip --ext .png --quality 70-95 docs/pages/*.png

# Licences, advisories and banned crates (needs cargo-deny)
deny:
    cargo deny check

# The server, on a database in ./tribune-data
serve *OPTIONS:
    cargo run --release -- serve {{ OPTIONS }}

# What the pure parts cost
bench:
    cargo bench --bench domain

# The load bench on both stores, everything compared in one run; PARTS: postgres, sqlite, notices, history, idle, import, voids, limits, streams, timers, webhooks
bench-http *PARTS:
    cargo bench --bench http -- {{ PARTS }}
