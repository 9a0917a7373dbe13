/* Whether a class can be made from properties alone, as a worker process does.
 *
 * The call of a constructor leaves no trace in gjs, so that what an object was made from is not
 * known. Its class is read instead: what is no plain handing on of the properties is refused. */

const NATIVE = /^function \w+\(\) \{\s+\[native code\]\s+\}$/;
const NAMES = ['constructor', '_init'];

/* -- syntax trees ---------------------------------------------------------- */

function getParts(node) {
    const parts = [];
    for (const [key, value] of Object.entries(node)) {
        const isName = key === 'property' && !node.computed || key === 'key' && value.type === 'Identifier';
        if (!isName)
            parts.push(...[value].flat().filter(part => typeof part?.type === 'string'));
    }
    return parts;
}

/* A node and all below it, in the order of the source. */
function* walk(root) {
    const nodes = [root];
    while (nodes.length > 0) {
        const node = nodes.pop();
        yield node;
        nodes.push(...getParts(node).reverse());
    }
}

function isSuperCall(node, name) {
    const callee = node.type === 'CallExpression' ? node.callee : null;
    if (name === 'constructor')
        return callee?.type === 'Super';
    return callee?.type === 'MemberExpression' && callee.object.type === 'Super' && callee.property.name === name;
}

/* The only argument of a call, if it is one of these parameters as it is. */
function getHandedOn(call, parameter, lists) {
    const [argument, ...others] = call.arguments;
    if (argument === undefined || others.length > 0)
        return null;
    const isList = argument.type === 'SpreadExpression';
    const value = isList ? argument.expression : argument;
    const wanted = isList ? lists : [parameter];
    return value.type === 'Identifier' && wanted.includes(value.name) ? value : null;
}

function takesNothing(func) {
    return func.params.length === 0 && func.rest === null &&
        [...walk(func.body)].every(node => node.type !== 'Identifier' || node.name !== 'arguments');
}

/* Whether properties arrive as they are, and nothing else is asked for. They may be looked at
 * afterwards, since a parent takes nothing that is no property. */
function handsOn(func, name) {
    if (func.params.length + (func.rest === null ? 0 : 1) > 1 || func.params.some(p => p.type !== 'Identifier'))
        return false;
    const parameter = func.params[0]?.name;
    const lists = ['arguments', func.rest?.name];
    const handed = new Set();
    for (const node of walk(func.body)) {
        if (isSuperCall(node, name)) {
            const value = getHandedOn(node, parameter, lists);
            if (value === null)
                return false;
            handed.add(value);
        } else if (node.type === 'Identifier' && !handed.has(node)) {
            if (lists.includes(node.name) || node.name === parameter && handed.size === 0)
                return false;
        }
    }
    return handed.size > 0;
}

/* -- classes --------------------------------------------------------------- */

/* The classes that are written in JavaScript, from a class up. */
function listClasses(klass) {
    const classes = [];
    for (; !NATIVE.test(Function.prototype.toString.call(klass)); klass = Object.getPrototypeOf(klass))
        classes.push(klass);
    return classes;
}

/* A method as it is written in a class; null if it has none, undefined if that is not to be told. */
function findMethod(klass, name) {
    const source = Function.prototype.toString.call(klass);
    if (!source.startsWith('class'))
        return undefined;
    const isThere = name === 'constructor' ? source.includes(name) : Object.hasOwn(klass.prototype, name);
    if (!isThere)
        return null;
    let members;
    try {
        members = Reflect.parse(`(${source})`, {loc: false}).body[0].expression.body;
    } catch {
        return undefined;
    }
    const method = members.find(member => member.type === 'ClassMethod' && !member.static &&
        (member.name.name ?? member.name.value) === name);
    if (name === 'constructor')
        return method?.body ?? null;
    /* It may have been put there later. */
    const isWritten = source.includes(`${Object.getOwnPropertyDescriptor(klass.prototype, name).value}`);
    return isWritten ? method?.body : undefined;
}

/* Why a class cannot be made from properties alone; null if it can. */
function findObstacle(klass) {
    const classes = listClasses(klass);
    for (const name of NAMES) {
        for (const each of classes) {
            const func = findMethod(each, name);
            if (func === null)
                continue;
            const what = `${name === 'constructor' ? 'the constructor' : name} of ${each.name || 'a class'}`;
            if (func === undefined)
                return `${what} cannot be read, and may take arguments of its own`;
            if (takesNothing(func)) {
                /* What the parents get is always the same, and _init of any class after a constructor. */
                if (name === 'constructor')
                    return null;
                break;
            }
            if (!handsOn(func, name)) {
                const call = name === 'constructor' ? 'super(…)' : 'super._init(…)';
                return `${what} takes arguments of its own, rather than hand on its only one to ${call} as it is`;
            }
        }
    }
    return null;
}
