def script_files(run, name):
    raise NotImplementedError
