-- Which retry waits for an order: a person's "try again" asks it for thousands.
ALTER TABLE rm_job
	ADD INDEX IF NOT EXISTS ix_rm_job_kind_site_id_ref (kind, site_id, ref),
	ALGORITHM = INPLACE, LOCK = NONE;
