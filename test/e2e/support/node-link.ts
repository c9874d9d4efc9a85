import { runInside } from "../../../sandbox/node/compartment";
import type { World } from "./world";

/** Every packet that comes in or goes out by the node's one cable, its pods' included. */
const drops = [
    ["PREROUTING", "-i"],
    ["POSTROUTING", "-o"],
].map(([chain, direction]) => [chain as string, direction as string, "eth0", "-j", "DROP"]);

const change = (world: World, node: number, how: "-I" | "-D") => {
    for (const [chain, ...rule] of drops) {
        runInside(world.layout.node(node).folder, ["iptables", "-w", "-t", "mangle", how, chain as string, ...rule]);
    }
};

/** Cuts a node off from everything else: it runs on, and every packet is lost. */
export const cutOff = (world: World, node: number): void => change(world, node, "-I");

/** Lets a node's packets through again. */
export const reconnect = (world: World, node: number): void => change(world, node, "-D");
