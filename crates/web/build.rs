//! Turns `ui/dist` into a Rust table: every file with its content type, its tag and a gzip copy.
//!
//! Without `ui/dist` the table is empty, and the server answers with a page that says so.

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(std::env::var_os("OUT_DIR").unwrap_or_default());
    let dist = manifest.join("../../ui/dist");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", dist.join("index.html").display());

    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();
    let mut table = String::from("[\n");
    for (index, file) in files.iter().enumerate() {
        let path = relative(&dist, file);
        let bytes = fs::read(file)?;
        let raw_name = format!("asset-{index}");
        fs::write(out.join(&raw_name), &bytes)?;
        let packed = gzip(&bytes)?;
        let gzip_source = if packed.len() < bytes.len() {
            fs::write(out.join(format!("{raw_name}.gz")), &packed)?;
            format!("Some(include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{raw_name}.gz\")))")
        } else {
            "None".to_owned()
        };
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let _ = writeln!(
            table,
            "    Asset {{ path: {path:?}, content_type: {:?}, etag: \"\\\"{:016x}\\\"\", immutable: {}, raw: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{raw_name}\")), gzip: {gzip_source} }},",
            content_type(&path),
            hasher.finish(),
            is_hashed(&path),
        );
    }
    table.push(']');
    fs::write(out.join("assets.rs"), table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn relative(root: &Path, file: &Path) -> String {
    let parts: Vec<_> = file
        .strip_prefix(root)
        .unwrap_or(file)
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" | "md" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

/// Vite puts a hash of the content into the names below `assets/`: such a file never changes.
fn is_hashed(path: &str) -> bool {
    path.starts_with("assets/")
}
