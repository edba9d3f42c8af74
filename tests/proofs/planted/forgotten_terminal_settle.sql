-- Planted: work that ends a job settles it, but cancelling and expiry forget the reservation.
DROP TRIGGER jobs_settle_at_their_end ON platform.jobs;
CREATE TRIGGER jobs_settle_at_their_end AFTER UPDATE OF status ON platform.jobs FOR EACH ROW
  WHEN (OLD.status IN ('queued', 'running') AND NEW.status IN ('succeeded', 'failed'))
  EXECUTE FUNCTION platform.settle_job();
