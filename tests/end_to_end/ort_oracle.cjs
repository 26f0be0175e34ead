// node ort_oracle.cjs ORACLE_FOLDER MODEL.onnx SEED INPUTS.json: runs the model in ONNX Runtime on seeded
// normal inputs, writes these to INPUTS.json and prints the outputs, as {name: {dims, data}}. A mask that is added
// to attention scores hides the last tokens, one more for each seed.
const path = require('path');
const fs = require('fs');
const [folder, model, seed, inputs] = process.argv.slice(2);
const ort = require(path.resolve(folder, 'node_modules/onnxruntime-node'));

let state = (Number(seed) + 1) * 2654435761;
function uniform() { // xorshift
  state ^= state << 13; state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5; state >>>= 0;
  return (state + 0.5) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());

(async () => {
  const session = await ort.InferenceSession.create(model);
  const feeds = {}, written = {};
  for (const meta of session.inputMetadata) {
    const dims = meta.shape.map((d) => (typeof d === 'number' ? d : 1));
    const tokens = dims[dims.length - 1];
    const mask = (_, n) => (n % tokens < tokens - (Number(seed) % tokens) ? 0 : -10000);
    const element = meta.name === 'attention_mask' ? mask : normal;
    const data = Float32Array.from({length: dims.reduce((a, b) => a * b, 1)}, element);
    feeds[meta.name] = new ort.Tensor('float32', data, dims);
    written[meta.name] = {dims, data: Array.from(data)};
  }
  fs.writeFileSync(inputs, JSON.stringify(written));
  const outputs = await session.run(feeds);
  const printed = {};
  for (const [name, t] of Object.entries(outputs)) printed[name] = {dims: t.dims, data: Array.from(t.data)};
  process.stdout.write(JSON.stringify(printed));
})().catch((e) => { console.error(String(e)); process.exit(1); });
