-- What is counted of a project before it gets more: its queued runs, and its jobs in the hands of workers.
CREATE INDEX runs_queued ON runs (project_id) WHERE status = 'queued';
CREATE INDEX jobs_leased_by_project ON jobs (project_id) WHERE status = 'leased';
