// Installs this repository's npm packages when node_modules is missing or was made from another package-lock.json.
const { spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const root = path.join(__dirname, "..", "..");
const stamp = path.join(root, "node_modules", ".holdfast-lock");
const lockHash = () =>
    createHash("sha256")
        .update(fs.readFileSync(path.join(root, "package-lock.json")))
        .digest("hex");

function ensure() {
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major < 20 || (major === 20 && minor < 19)) {
        console.error(`holdfast: this is Node ${process.versions.node}; it needs 20.19 or newer. Install it and run the command again.`);
        process.exit(1);
    }
    const wanted = lockHash();
    if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted) return;
    console.error("Installing npm packages (once, about a minute) …");
    // Not `npm ci`: it refuses a lock file without the packages of platforms that not every registry mirror has. What the lock file does name
    // is installed in exactly that version either way, and --no-save leaves the file as it is.
    const command = ["install", "--no-save", "--no-audit", "--no-fund"];
    const result = spawnSync("npm", command, { cwd: root, stdio: ["ignore", 2, 2] });
    if (result.status !== 0) {
        const reason = result.error ? result.error.message : `exit code ${result.status}`;
        console.error(`holdfast: "npm ${command.join(" ")}" in ${root} failed (${reason}); its message is above.`);
        process.exit(1);
    }
    fs.writeFileSync(stamp, wanted);
}

module.exports = { ensure };
if (require.main === module) ensure();
