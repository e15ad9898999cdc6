//! Redis servers of a test's own, on ports of this machine: one that can be stopped and started again, a cluster of three masters one of
//! whose slots keeps moving, and a master with a replica that Sentinel watches.

use std::net::TcpListener;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use redis::{FromRedisValue, RedisResult};

use super::process::Process;
use super::scratch::{self, Folder};
use super::wait;

/// Longer than any start.
const SOON: Duration = Duration::from_secs(30);

/// A server.
pub(crate) struct Node {
    process: Process,
    folder: Folder,
    port: u16,
    options: Vec<String>,
}

impl Node {
    /// Starts a server with options besides those that every one has.
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = scratch::folder("redis-node");
        let (port, options) = (free_port(), options.iter().map(ToString::to_string).collect());
        let process = launch(&folder, port, &options);
        let node = Self {
            process,
            folder,
            port,
            options,
        };
        node.wait();
        node
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Sends a command over a connection of its own.
    pub(crate) fn call<T: FromRedisValue>(&self, words: &[&str]) -> RedisResult<T> {
        let client = redis::Client::open(self.url())?;
        let mut command = redis::cmd(words[0]);
        command.arg(&words[1..]);
        command.query(&mut client.get_connection_with_timeout(SOON)?)
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again where it was, with what it has kept.
    pub(crate) fn restart(&mut self) {
        self.kill();
        self.process = launch(&self.folder, self.port, &self.options);
        self.wait();
    }

    /// Starts it again where it was, with nothing of what it has kept.
    pub(crate) fn restart_empty(&mut self) {
        self.kill();
        for kept in std::fs::read_dir(self.folder.path()).unwrap() {
            let path = kept.unwrap().path();
            if path.is_dir() {
                std::fs::remove_dir_all(path).unwrap();
            } else if path.extension().is_some_and(|end| end == "rdb") {
                std::fs::remove_file(path).unwrap();
            }
        }
        self.process = launch(&self.folder, self.port, &self.options);
        self.wait();
    }

    /// Sends a signal, such as STOP and CONT.
    pub(crate) fn signal(&mut self, name: &str) {
        self.process.signal(name);
    }

    fn wait(&self) {
        wait::until("redis-server to answer", SOON, || {
            self.call::<String>(&["PING"]).ok()
        });
    }
}

fn launch(folder: &Folder, port: u16, options: &Vec<String>) -> Process {
    let mut command = Command::new("redis-server");
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""]);
    command.arg("--dir").arg(folder.path()).args(options);
    Process::start(command, &folder.path().join("log"))
}

/// A port that nobody listens at. Somebody may be quicker; then the start fails, and says so.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// The slots of a cluster.
const SLOTS: u32 = 16_384;

/// Three masters.
struct Cluster {
    nodes: [Node; 3],
    /// How often the slot has changed its owner.
    moves: AtomicU32,
}

/// A cluster whose slot of the keys that begin with `{t}` keeps moving from one master to the next for as long as the tests run; its address.
pub(crate) fn moving_cluster() -> String {
    let nodes = &cluster().nodes;
    let hosts: Vec<String> = nodes
        .iter()
        .map(|node| format!("127.0.0.1:{}", node.port))
        .collect();
    format!("redis+cluster://{}", hosts.join(","))
}

/// How often that slot has moved so far.
pub(crate) fn moves() -> u32 {
    cluster().moves.load(Ordering::Relaxed)
}

/// Makes all of its nodes forget their scripts.
pub(crate) fn forget_scripts() {
    for node in &cluster().nodes {
        node.call::<()>(&["SCRIPT", "FLUSH"]).unwrap();
    }
}

fn cluster() -> &'static Cluster {
    static SHARED: OnceLock<Cluster> = OnceLock::new();
    static MOVER: OnceLock<()> = OnceLock::new();
    let cluster = SHARED.get_or_init(Cluster::start);
    MOVER.get_or_init(|| {
        std::thread::spawn(|| keep_moving(cluster));
    });
    cluster
}

impl Cluster {
    fn start() -> Self {
        let nodes = [0_u32, 1, 2].map(|number| {
            let bus = free_port().to_string();
            let options = [
                "--cluster-enabled",
                "yes",
                "--cluster-port",
                &bus,
                "--cluster-node-timeout",
                "5000",
            ];
            let node = Node::start(&options);
            let (from, to) = (SLOTS * number / 3, SLOTS * (number + 1) / 3 - 1);
            node.call::<()>(&["CLUSTER", "ADDSLOTSRANGE", &from.to_string(), &to.to_string()])
                .unwrap();
            node.call::<()>(&["CLUSTER", "SET-CONFIG-EPOCH", &(number + 1).to_string()])
                .unwrap();
            (node, bus)
        });
        let (first, bus) = (nodes[0].0.port.to_string(), &nodes[0].1);
        for (node, _) in &nodes[1..] {
            node.call::<()>(&["CLUSTER", "MEET", "127.0.0.1", &first, bus])
                .unwrap();
        }
        let nodes = nodes.map(|(node, _)| node);
        for node in &nodes {
            wait::until("the cluster to know itself", SOON, || {
                let known: String = node.call(&["CLUSTER", "INFO"]).unwrap();
                (known.contains("cluster_state:ok") && known.contains("cluster_known_nodes:3")).then_some(())
            });
        }
        Self {
            nodes,
            moves: AtomicU32::new(0),
        }
    }
}

/// Until the tests end, as an operator who rebalances would do it: the new owner, the old one, the keys a few at a time, everybody.
fn keep_moving(cluster: &Cluster) {
    let nodes = &cluster.nodes;
    let slot = nodes[0].call::<u32>(&["CLUSTER", "KEYSLOT", "{t}"]).unwrap();
    let ids: Vec<String> = nodes
        .iter()
        .map(|node| node.call(&["CLUSTER", "MYID"]).unwrap())
        .collect();
    let mut owner = usize::try_from((slot + 1) * 3 / SLOTS).unwrap();
    let (slot_number, slot) = (slot, slot.to_string());
    loop {
        let next = (owner + 1) % 3;
        let (from, to) = (&nodes[owner], &nodes[next]);
        let set = |node: &Node, words: &[&str]| {
            node.call::<()>(&[&["CLUSTER", "SETSLOT", &slot], words].concat())
                .unwrap();
        };
        set(to, &["IMPORTING", &ids[owner]]);
        set(from, &["MIGRATING", &ids[next]]);
        loop {
            let mut keys: Vec<String> = from.call(&["CLUSTER", "GETKEYSINSLOT", &slot, "5"]).unwrap();
            if keys.is_empty() {
                break;
            }
            let port = to.port.to_string();
            let mut words = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
            words.extend(keys.iter_mut().map(|key| key.as_str()));
            from.call::<String>(&words).unwrap();
            wait::pace_of_a_thread(Duration::from_millis(1));
        }
        for node in [to, from, &nodes[(next + 1) % 3]] {
            set(node, &["NODE", &ids[next]]);
        }
        // Who moves slots waits until all have heard of it.
        wait::until("all to know the new owner", SOON, || {
            let knows = |node: &Node| has(node, &ids[next], slot_number);
            nodes.iter().all(knows).then_some(())
        });
        cluster.moves.fetch_add(1, Ordering::Relaxed);
        owner = next;
        wait::pace_of_a_thread(Duration::from_millis(20));
    }
}

/// Whether a node takes the one with this id for the owner of a slot.
fn has(node: &Node, id: &str, slot: u32) -> bool {
    let known: String = node.call(&["CLUSTER", "NODES"]).unwrap();
    let line = known
        .lines()
        .find(|line| line.starts_with(id))
        .unwrap_or_default();
    // Behind eight words about the node stand its slots; those in brackets are on their way.
    line.split(' ').skip(8).any(|range| {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let bounds = from.parse::<u32>().ok().zip(to.parse::<u32>().ok());
        bounds.is_some_and(|(from, to)| (from..=to).contains(&slot))
    })
}

/// A master, a replica, and who watches them.
pub(crate) struct Watched {
    pub(crate) nodes: [Node; 2],
    sentinel: Process,
    port: u16,
    _folder: Folder,
}

impl Watched {
    pub(crate) fn start() -> Self {
        let master = Node::start(&[]);
        let port = master.port.to_string();
        let replica = Node::start(&[
            "--replicaof",
            "127.0.0.1",
            &port,
            "--repl-diskless-sync-delay",
            "0",
        ]);
        wait::until("the replica to have caught up", SOON, || {
            let known: String = replica.call(&["INFO", "replication"]).unwrap();
            known.contains("master_link_status:up").then_some(())
        });
        let (folder, own) = (scratch::folder("sentinel"), free_port());
        let settings = format!(
            "port {own}\nbind 127.0.0.1\ndir {}\nsentinel monitor main 127.0.0.1 {port} 1\n\
             sentinel down-after-milliseconds main 1000\nsentinel failover-timeout main 3000\n",
            folder.path().display()
        );
        let file = folder.path().join("sentinel.conf");
        std::fs::write(&file, settings).unwrap();
        let mut command = Command::new("redis-server");
        command.arg(&file).arg("--sentinel");
        let sentinel = Process::start(command, &folder.path().join("log"));
        let watched = Self {
            nodes: [master, replica],
            sentinel,
            port: own,
            _folder: folder,
        };
        wait::until("Sentinel to know both", SOON, || {
            watched.asked("num-slaves").filter(|count| count == "1")
        });
        watched
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+sentinel://127.0.0.1:{}/main", self.port)
    }

    /// The port of the master, as Sentinel sees it.
    pub(crate) fn master(&self) -> Option<String> {
        self.asked("port")
    }

    fn asked(&self, field: &str) -> Option<String> {
        assert!(self.sentinel.id() > 0);
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port)).unwrap();
        let mut connection = client.get_connection().ok()?;
        let command = redis::cmd("SENTINEL").arg("MASTER").arg("main").to_owned();
        let fields: std::collections::HashMap<String, String> = command.query(&mut connection).ok()?;
        fields.get(field).cloned()
    }
}
