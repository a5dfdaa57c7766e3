import bpy,numpy as np
log=[]
def post(s,d):
    log.append((d.id_type_updated('ACTION'), d.id_type_updated('KEY'), [u.id.name for u in d.updates]))
bpy.app.handlers.depsgraph_update_post.append(post)
me=bpy.data.meshes.new('m'); me.from_pydata([(0,0,0),(1,0,0),(0,1,0)],[],[(0,1,2)])
o=bpy.data.objects.new('o',me); bpy.context.scene.collection.objects.link(o)
o.shape_key_add(name='Basis'); k=o.shape_key_add(name='a'); k.value=0
for f in (1,10,20): k.keyframe_insert('value',frame=f)
act=me.shape_keys.animation_data.action
def curves():
    return list(act.fcurves) if hasattr(act,'fcurves') else list(act.layers[0].strips[0].channelbags[0].fcurves)
c=curves()[0]
def t(n,f):
    bpy.context.view_layer.update(); log.clear(); f(); bpy.context.view_layer.update(); print(n,log)
t('nothing',lambda:None)
t('co',lambda:setattr(c.keyframe_points[1].co,'y',.7))
t('update',lambda:c.update())
t('insert',lambda:c.keyframe_points.insert(15,.5))
t('remove',lambda:c.keyframe_points.remove(c.keyframe_points[1]))
t('kfinsert',lambda:k.keyframe_insert('value',frame=17))
t('slider',lambda:setattr(k,'value',.3))
t('frame',lambda:bpy.context.scene.frame_set(7))
act['x']=1
t('custom',lambda:act.__setitem__('x',2))
n=40
import time
p=c.keyframe_points
p.clear(); p.add(60)
a=np.empty(120,np.float32)
s=time.perf_counter()
for i in range(800): p.foreach_get('co',a)
print('foreach60', (time.perf_counter()-s)/800*1e6,'us')
