// An operation that was started on this page, followed until it has ended.
import { useEffect, useRef, useState } from "preact/hooks";
import { useLive } from "./live.js";
import { useStatusNow } from "./status.js";

const PACE_S = 1;

/** @param {any} operation */
export const isOpen = (operation) => operation.state === "not_processed" || operation.state === "in_progress";

/**
 * follow: takes an operation as a POST answers it; operation: how it stands now,
 * also after its end; onEnd: called once it has ended.
 * @param {(operation: any) => void} [onEnd]
 */
export function useWork(onEnd) {
  const [started, follow] = useState(/** @type {any} */ (null));
  const statusNow = useStatusNow();
  const told = useRef("");
  const shown = useLive(started && `/operations/${started.id}`, {}, (data) => (!data || isOpen(data) ? PACE_S : 0));
  const operation = started && shown.data?.id === started.id ? shown.data : started;
  useEffect(() => {
    if (!operation || isOpen(operation) || told.current === operation.id) return;
    told.current = operation.id;
    statusNow();
    onEnd?.(operation);
  }, [operation?.id, operation?.state]);
  return {
    operation,
    isBusy: operation !== null && isOpen(operation),
    problem: shown.problem,
    follow: (/** @type {any} */ answer) => {
      follow(answer);
      statusNow();
    },
    forget: () => follow(null),
  };
}
