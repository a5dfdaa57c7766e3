// Flamenco job type: takes of every line of a manifest, one task a shard. Put this file into the Manager's scripts
// folder. A task that is run again keeps the takes that exist.
const JOB_TYPE = {
    label: "KMTalk batch",
    settings: [
        { key: "lines", type: "string", subtype: "file_path", required: true,
          description: "The manifest, one JSON object a line (audio, transcript, ...)" },
        { key: "output", type: "string", subtype: "dir_path", required: true, description: "Folder of the takes" },
        { key: "shards", type: "int32", default: 8, description: "Tasks that share the lines" },
        { key: "python", type: "string", default: "python", required: true,
          description: "Interpreter that has the runtime's packages" },
        { key: "runtime", type: "string", subtype: "dir_path", required: true,
          description: "Folder that holds model_runtime" },
    ],
};

function compileJob(job) {
    const settings = job.settings;
    // exec takes no environment variables, so the runtime's folder is put on Python's path here.
    const start = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); "
        + "runpy.run_module('model_runtime', run_name='__main__', alter_sys=True)";
    for (let shard = 1; shard <= settings.shards; shard++) {
        const task = author.Task(`takes-${shard}`, "misc");
        task.addCommand(author.Command("exec", {
            exe: settings.python,
            args: ["-c", start, settings.runtime, "batch", settings.lines, "--output", settings.output,
                   "--shard", `${shard}/${settings.shards}`],
        }));
        job.addTask(task);
    }
}
