#!/usr/bin/env bash
# A Slurm cluster of one node on this machine's loopback, for tests: usage: .ci/slurm.sh up|down DIR
# Needs root and Debian's slurm-wlm and munge. CPUS, PORT, MIN_JOB_AGE and GRACE change what they say. Everything is kept below DIR; `SLURM_CONF=DIR/slurm.conf` reaches it.

set -euo pipefail
folder=$(realpath -m "${2:?which folder}")
export SLURM_CONF=$folder/slurm.conf

# end NAME: ends the daemon that wrote DIR/NAME.pid and waits until it is gone.
end() {
  local pid
  pid=$(cat "$folder/$1.pid" 2>/dev/null) || return 0
  kill "$pid" 2>/dev/null || return 0
  for _ in $(seq 200); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
}

configure() {
  local host memory
  host=$(hostname -s)
  memory=$(($(awk '/MemTotal/ {print $2}' /proc/meminfo) / 1024 - 512))
  # With a short MinJobAge ids are purged while tests run, as they are at a site.
  cat >"$SLURM_CONF" <<CONF
ClusterName=loopback
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=${PORT:-16817}
SlurmdPort=$((${PORT:-16817} + 1))
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
NodeName=$host NodeAddr=127.0.0.1 CPUs=${CPUS:-$(nproc)} RealMemory=$memory State=UNKNOWN
# Jobs of the partition "urgent" preempt those of "main", which are told GRACE seconds before and queued again.
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP PriorityTier=1 GraceTime=${GRACE:-0}
PartitionName=urgent Nodes=$host MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=bf_interval=2,batch_sched_delay=0,sched_interval=2
DefMemPerCPU=512
MinJobAge=${MIN_JOB_AGE:-300}
ReturnToService=2
KillWait=10
CONF
}

controller() { slurmctld "$@" -f "$SLURM_CONF"; }
node() { slurmd "$@" -f "$SLURM_CONF" -N "$(hostname -s)"; }

# Kills the node: its daemon, what watches over its tasks, and the tasks, at once and without a word to the controller.
kill_node() {
  local pid parent tasks=() keepers=()
  for pid in $(scontrol listpids 2>/dev/null | awk 'NR > 1 && $1 > 0 {print $1}'); do
    parent=$(ps -o ppid= -p "$pid" | tr -d ' ') || continue
    tasks+=("$pid")
    [[ $(ps -o comm= -p "$parent") != slurmstepd ]] || keepers+=("$parent")
  done
  kill -9 "$(cat "$folder/slurmd.pid")" ${keepers[@]+"${keepers[@]}"} ${tasks[@]+"${tasks[@]}"} 2>/dev/null || true
}

case $1 in
  up)
    mkdir -p "$folder"/{state,spool,log}
    chmod 755 "$folder"
    dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 status=none
    chmod 400 "$folder/munge.key"
    munged --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" --pid-file="$folder/munged.pid" \
      --log-file="$folder/log/munged.log" --seed-file="$folder/munge.seed"
    configure
    controller -c
    node -c
    for _ in $(seq 100); do
      sinfo -h -o %T 2>/dev/null | grep -q idle && exit 0
      sleep 0.2
    done
    tail -n 20 "$folder"/log/*.log >&2
    exit 1
    ;;
  down)
    scancel --user="$(id -un)" 2>/dev/null || true
    end slurmd
    end slurmctld
    end munged
    ;;
  # For tests: the controller goes and comes back with what it knew.
  stop-controller) end slurmctld ;;
  start-controller) controller ;;
  # A node goes as a machine without power does; the controller is told, which would notice in five minutes.
  kill-node)
    kill_node
    scontrol update nodename="$(hostname -s)" state=down reason="power"
    ;;
  start-node) node ;;
  *)
    echo "usage: $0 up|down|stop-controller|start-controller|kill-node|start-node DIR" >&2
    exit 2
    ;;
esac
