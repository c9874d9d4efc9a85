/** What an image of the sandbox is made of, and how it is run. */

/** Programs from Debian packages. */
export interface DebianSource {
    kind: "debian";
    /** Release the packages come from, such as `trixie`. */
    suite: string;
    /** Packages asked for; their dependencies follow, recommendations do not. */
    packages: readonly string[];
    /** Dependencies left out, with all that only they need: maintainer tools and the like that nothing in the image calls. */
    without: readonly string[];
    /** Paths or globs (`*`, within one folder) removed after unpacking, relative to the root. */
    remove?: readonly string[];
}

/** A static Go program built from a folder beside this file: the image holds that one file. */
export interface GoSource {
    kind: "go";
    /** Folder with `go.mod`, relative to this file. */
    folder: string;
    /** Where the binary goes in the image, absolute. */
    binary: string;
}

/** A program from a public Go module, laid over what the packages bring. */
export interface GoProgram {
    /** Path in the image, absolute. */
    to: string;
    /** Folder with the `go.mod` that pins it, relative to this file. */
    module: string;
    package: string;
    /** Arguments of the linker's `-X`: the versions that it reports. */
    versions?: Readonly<Record<string, string>>;
}

/** A file laid over what the packages bring. */
export interface OverlaidFile {
    /** Path in the image, absolute. */
    to: string;
    /** Source, relative to this file. */
    from: string;
    /** Permission bits, such as `0o755`. */
    mode: number;
}

/** A folder that must be there, for whoever must write to it. */
export interface ImageDirectory {
    path: string;
    mode: number;
    uid: number;
    gid: number;
}

export interface ImageUser {
    name: string;
    uid: number;
    gid: number;
    home: string;
}

/** The part of the OCI image configuration that images set, with its field names. */
export interface ImageConfig {
    User?: string;
    Env?: readonly string[];
    Entrypoint?: readonly string[];
    Cmd?: readonly string[];
    StopSignal?: string;
    WorkingDir?: string;
    ExposedPorts?: Readonly<Record<string, Record<string, never>>>;
}

/** One image of the sandbox. A new one is one more entry of the catalog. */
export interface Image {
    /** Name without registry and tag. */
    name: string;
    tag: string;
    source: DebianSource | GoSource;
    users?: readonly ImageUser[];
    programs?: readonly GoProgram[];
    files?: readonly OverlaidFile[];
    directories?: readonly ImageDirectory[];
    /** Symbolic links: path in the image → what it points to. */
    links?: Readonly<Record<string, string>>;
    config: ImageConfig;
    /** Stacks (`stacks/Pulumi.<stack>.yaml`) whose pods run it; `"every"` for what the cluster itself runs. */
    neededBy: "every" | readonly string[];
    /** Wall time of a first build on two cores with a quick mirror. For the estimate only. */
    estimateSeconds: number;
}
